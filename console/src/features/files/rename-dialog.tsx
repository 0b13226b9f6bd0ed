import { useState } from 'react'
import { asProblem } from '../../api/problem.ts'
import { Button } from '../../ui/kit/button.tsx'
import { Dialog } from '../../ui/kit/dialog.tsx'
import { TextField } from '../../ui/kit/field.tsx'
import { ProblemNote } from '../../ui/kit/page.tsx'
import { baseOf, folderOf, joined, typedFolder } from './model/names.ts'
import { FolderField } from './move-dialog.tsx'
import { type StoredFile, useRefreshFiles, useUpdateFile } from './queries.ts'

export function RenameDialog({
  file,
  etag,
  onClose,
}: {
  file: StoredFile
  etag: string
  onClose: () => void
}) {
  const [base, setBase] = useState(baseOf(file.name))
  const [folder, setFolder] = useState(folderOf(file.name))
  /** The version that the form was opened with. */
  const [seen, setSeen] = useState(etag)
  const update = useUpdateFile()
  const refresh = useRefreshFiles()
  const problem = update.isError ? asProblem(update.error) : null
  const error = problem?.of('name')
  const name = joined(typedFolder(folder), base.trim())
  return (
    <Dialog
      title="Rename or move"
      about="The file keeps its id, its versions and its links."
      onClose={onClose}
      onSubmit={() => update.mutate({ id: file.id, etag: seen, name }, { onSuccess: onClose })}
      actions={
        <>
          <Button onClick={onClose}>Leave it</Button>
          <Button type="submit" look="primary" busy={update.isPending} disabled={name === file.name}>
            Save
          </Button>
        </>
      }
    >
      <TextField
        label="Name"
        required
        maxLength={255}
        autoFocus
        value={base}
        error={error}
        onChange={(event) => setBase(event.target.value)}
      />
      <FolderField value={folder} onChange={setFolder} />
      {problem && error === undefined && (
        <ProblemNote
          problem={problem}
          {...(problem.status === 412 && {
            onRetry: () => {
              refresh()
              setSeen(etag)
              update.reset()
            },
          })}
        />
      )}
    </Dialog>
  )
}
