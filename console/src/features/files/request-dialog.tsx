import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { call, newIdempotencyKey } from '../../api/client.ts'
import { asProblem } from '../../api/problem.ts'
import { Button } from '../../ui/kit/button.tsx'
import { Dialog } from '../../ui/kit/dialog.tsx'
import { SelectField } from '../../ui/kit/field.tsx'
import { ProblemNote } from '../../ui/kit/page.tsx'
import { ShownOnce } from '../../ui/kit/shown-once.tsx'
import { LIVES } from './model/link.ts'
import { typedFolder } from './model/names.ts'
import { FolderField } from './move-dialog.tsx'
import { useRefreshFiles } from './queries.ts'

const MB = 1024 * 1024
const MOST_MB = [1, 5, 10, 25, 50]

/** Makes a link with which somebody without an account can send one file. */
export function RequestDialog({ folder: first, onClose }: { folder: string; onClose: () => void }) {
  const [folder, setFolder] = useState(first)
  const [life, setLife] = useState('a day')
  const [most, setMost] = useState(50)
  const [key, setKey] = useState(newIdempotencyKey)
  const refresh = useRefreshFiles()
  const create = useMutation({
    meta: { quiet: true },
    mutationFn: () =>
      call('POST /files/uploads/link', {
        body: { expiresInS: LIVES[life] ?? 86_400, folder: typedFolder(folder), maxBytes: most * MB },
        idempotencyKey: key,
      }),
    // With other values, it is another link.
    onError: () => setKey(newIdempotencyKey()),
    onSettled: refresh,
  })
  const problem = create.isError ? asProblem(create.error) : null
  if (create.data)
    return (
      <Dialog
        title="Link for one file"
        onClose={onClose}
        actions={
          <Button look="primary" onClick={onClose}>
            Done
          </Button>
        }
      >
        <ShownOnce
          about={`Whoever has this link can send one file, for ${life}. It is shown only here.`}
          secret={create.data.url}
          label="Copy the link"
        />
      </Dialog>
    )
  return (
    <Dialog
      title="Request a file"
      about="Send the link to somebody without an account. With it, they can upload one file to the team."
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
      <FolderField value={folder} onChange={setFolder} error={problem?.of('name') ?? problem?.of('folder')} />
      <SelectField label="Valid for" value={life} onChange={(event) => setLife(event.target.value)}>
        {Object.keys(LIVES).map((one) => (
          <option key={one}>{one}</option>
        ))}
      </SelectField>
      <SelectField label="At most" value={most} onChange={(event) => setMost(Number(event.target.value))}>
        {MOST_MB.map((one) => (
          <option key={one} value={one}>
            {one} MB
          </option>
        ))}
      </SelectField>
      {problem && <ProblemNote problem={problem} />}
    </Dialog>
  )
}
