import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { call, newIdempotencyKey } from '../../api/client.ts'
import { asProblem } from '../../api/problem.ts'
import { Button } from '../../ui/kit/button.tsx'
import { Dialog } from '../../ui/kit/dialog.tsx'
import { CheckField, SelectField, TextField } from '../../ui/kit/field.tsx'
import { ProblemNote } from '../../ui/kit/page.tsx'
import { ShownOnce } from '../../ui/kit/shown-once.tsx'
import { LIVES } from './model/link.ts'
import { baseOf } from './model/names.ts'
import { type StoredFile, useRefreshFiles } from './queries.ts'

const mayBeShown = (contentType: string): boolean =>
  (contentType.startsWith('image/') && contentType !== 'image/svg+xml') || contentType === 'application/pdf'

/** Makes a link with which everybody can download the file. */
export function ShareDialog({ file, onClose }: { file: StoredFile; onClose: () => void }) {
  const [life, setLife] = useState('a day')
  const [most, setMost] = useState('')
  const [isInline, setInline] = useState(false)
  const [key] = useState(newIdempotencyKey)
  const refresh = useRefreshFiles()
  const create = useMutation({
    meta: { quiet: true },
    mutationFn: () =>
      call('POST /files/{id}/link', {
        params: { id: file.id },
        body: {
          expiresInS: LIVES[life] ?? 86_400,
          disposition: isInline ? 'inline' : 'attachment',
          ...(most !== '' && { maxDownloads: Number(most) }),
        },
        idempotencyKey: key,
      }),
    onSettled: refresh,
  })
  const problem = create.isError ? asProblem(create.error) : null
  if (create.data)
    return (
      <Dialog
        title={`Link to ${baseOf(file.name)}`}
        onClose={onClose}
        actions={
          <Button look="primary" onClick={onClose}>
            Done
          </Button>
        }
      >
        <ShownOnce
          about={`Everybody who has this link can download the file, for ${life}. It is shown only here.`}
          secret={create.data.url}
          label="Copy the link"
        />
      </Dialog>
    )
  return (
    <Dialog
      title={`Share ${baseOf(file.name)}`}
      about="Whoever has the link can download the file, without an account. It always leads to the newest version."
      onClose={onClose}
      onSubmit={() => create.mutate()}
      actions={
        <>
          <Button onClick={onClose}>Leave it</Button>
          <Button type="submit" look="primary" icon="link" busy={create.isPending}>
            Create link
          </Button>
        </>
      }
    >
      <SelectField label="Valid for" value={life} onChange={(event) => setLife(event.target.value)}>
        {Object.keys(LIVES).map((one) => (
          <option key={one}>{one}</option>
        ))}
      </SelectField>
      <TextField
        label="Downloads at most (optional)"
        type="number"
        inputMode="numeric"
        min={1}
        max={1_000_000}
        step={1}
        value={most}
        error={problem?.of('maxDownloads')}
        onChange={(event) => setMost(event.target.value)}
      />
      {mayBeShown(file.contentType) && (
        <CheckField
          label="Show it in the browser instead of saving it"
          checked={isInline}
          onChange={(event) => setInline(event.target.checked)}
        />
      )}
      {problem && <ProblemNote problem={problem} />}
    </Dialog>
  )
}
