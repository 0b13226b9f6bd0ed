import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { newIdempotencyKey } from '../../api/client.ts'
import { asProblem } from '../../api/problem.ts'
import { Button } from '../../ui/kit/button.tsx'
import { Dialog } from '../../ui/kit/dialog.tsx'
import { ProblemNote } from '../../ui/kit/page.tsx'
import { ShownOnce } from '../../ui/kit/shown-once.tsx'
import { toWebhook } from '../shell/index.ts'
import { type Form, WebhookFields } from './fields.tsx'
import { headersOf } from './model/headers.ts'
import { useCreate } from './queries.ts'

const EMPTY: Form = {
  url: '',
  events: ['run.failed'],
  filter: '',
  description: '',
  rateLimitPerS: '',
  headers: [],
}

/** Ends with the secret, which is shown once. Nothing of it is kept in the browser, because of the headers. */
export function CreateDialog({ onClose }: { onClose: () => void }) {
  const go = useNavigate()
  const create = useCreate()
  const [key, setKey] = useState(newIdempotencyKey)
  const [form, setForm] = useState<Form>(EMPTY)
  const problem = create.isError ? asProblem(create.error) : null
  if (create.data)
    return (
      <Dialog
        title="The webhook was added"
        onClose={onClose}
        actions={
          <Button look="primary" onClick={() => void go(toWebhook(create.data.id))}>
            I have stored it
          </Button>
        }
      >
        <ShownOnce
          about="Requests are signed with this secret. It is shown only once: store it where the receiver verifies the signature."
          secret={create.data.secret}
          label="Copy the secret"
        />
      </Dialog>
    )
  return (
    <Dialog
      title="Add a webhook"
      size="large"
      onClose={onClose}
      onSubmit={() =>
        create.mutate(
          {
            key,
            body: {
              url: form.url.trim(),
              events: form.events,
              description: form.description.trim(),
              ...(form.filter.trim() !== '' && { filter: form.filter.trim() }),
              ...(form.rateLimitPerS !== '' && { rateLimitPerS: Number(form.rateLimitPerS) }),
              headers: headersOf(form.headers ?? []),
            },
          },
          { onError: () => setKey(newIdempotencyKey()) },
        )
      }
      actions={
        <>
          <Button onClick={onClose}>Leave it</Button>
          <Button type="submit" look="primary" busy={create.isPending} disabled={form.events.length === 0}>
            Add the webhook
          </Button>
        </>
      }
    >
      <WebhookFields
        form={form}
        headerNames={[]}
        errorOf={(path) => errorAt(problem?.errors ?? [], path)}
        onChange={(change) => setForm({ ...form, ...change })}
      />
      {problem && <ProblemNote problem={problem} />}
    </Dialog>
  )
}

export const errorAt = (
  errors: readonly { path?: string; message: string }[],
  path: string,
): string | undefined =>
  errors.find((one) => one.path === `/${path}` || one.path?.startsWith(`/${path}/`))?.message
