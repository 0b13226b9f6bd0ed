import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { asProblem } from '../../api/problem.ts'
import { Button } from '../../ui/kit/button.tsx'
import { Dialog } from '../../ui/kit/dialog.tsx'
import { ProblemNote } from '../../ui/kit/page.tsx'
import { showToast } from '../../ui/kit/toast.tsx'
import { errorAt } from './create-dialog.tsx'
import { type Form, WebhookFields } from './fields.tsx'
import { headersOf } from './model/headers.ts'
import { useUpdate, type Webhook } from './queries.ts'

type Props = { webhook: Webhook; etag: string; onClose: () => void }

const formOf = (one: Webhook): Form => ({
  url: one.url,
  events: one.events,
  filter: one.filter ?? '',
  description: one.description,
  rateLimitPerS: one.rateLimitPerS === null ? '' : String(one.rateLimitPerS),
  headers: one.headerNames.length === 0 ? [] : null,
})

export function EditDialog({ webhook: one, etag, onClose }: Props) {
  const cache = useQueryClient()
  const update = useUpdate(one.id)
  const [form, setForm] = useState(() => formOf(one))
  const problem = update.isError ? asProblem(update.error) : null
  function send() {
    const { headers } = form
    const changesHeaders = headers !== null && (headers.length > 0 || one.headerNames.length > 0)
    const body = {
      ...(form.url.trim() !== one.url && { url: form.url.trim() }),
      ...(form.events.join('\n') !== one.events.join('\n') && { events: form.events }),
      ...(form.filter.trim() !== (one.filter ?? '') && { filter: form.filter.trim() || null }),
      ...(form.description !== one.description && { description: form.description }),
      ...(form.rateLimitPerS !== (one.rateLimitPerS === null ? '' : String(one.rateLimitPerS)) && {
        rateLimitPerS: form.rateLimitPerS === '' ? null : Number(form.rateLimitPerS),
      }),
      ...(changesHeaders && { headers: headersOf(headers) }),
    }
    if (Object.keys(body).length === 0) return onClose()
    update.mutate(
      { body, etag },
      {
        onSuccess: () => {
          showToast('The webhook was changed.')
          onClose()
        },
      },
    )
  }
  return (
    <Dialog
      title="Change the webhook"
      size="large"
      onClose={onClose}
      onSubmit={send}
      actions={
        <>
          <Button onClick={onClose}>Leave it</Button>
          <Button type="submit" look="primary" busy={update.isPending} disabled={form.events.length === 0}>
            Save
          </Button>
        </>
      }
    >
      <WebhookFields
        form={form}
        headerNames={one.headerNames}
        errorOf={(path) => errorAt(problem?.errors ?? [], path)}
        onChange={(change) => setForm({ ...form, ...change })}
      />
      {problem && (
        <ProblemNote
          problem={problem}
          {...(problem.status === 412 && {
            retry: 'Load it',
            onRetry: () => {
              void cache.invalidateQueries({ queryKey: ['webhooks', 'one', one.id] })
              onClose()
            },
          })}
        />
      )}
    </Dialog>
  )
}
