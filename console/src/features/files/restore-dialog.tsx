import { useState } from 'react'
import { asProblem } from '../../api/problem.ts'
import { Button } from '../../ui/kit/button.tsx'
import { Dialog } from '../../ui/kit/dialog.tsx'
import { TextField } from '../../ui/kit/field.tsx'
import { ProblemNote } from '../../ui/kit/page.tsx'
import { restoredName } from './model/names.ts'
import { type StoredFile, useRestoreFile } from './queries.ts'

/** Asks for another name, because the old one is taken. */
export function RestoreDialog({ file, onClose }: { file: StoredFile; onClose: () => void }) {
  const [name, setName] = useState(restoredName(file.name))
  const restore = useRestoreFile(true)
  const problem = restore.isError ? asProblem(restore.error) : null
  return (
    <Dialog
      title="Restore it under another name"
      about={`Another file is called ${file.name} now.`}
      onClose={onClose}
      onSubmit={() => restore.mutate({ id: file.id, name: name.trim() }, { onSuccess: onClose })}
      actions={
        <>
          <Button onClick={onClose}>Leave it</Button>
          <Button type="submit" look="primary" busy={restore.isPending}>
            Restore
          </Button>
        </>
      }
    >
      <TextField
        label="Name"
        required
        maxLength={1024}
        value={name}
        error={problem?.of('name')}
        onChange={(event) => setName(event.target.value)}
      />
      {problem && problem.of('name') === undefined && <ProblemNote problem={problem} />}
    </Dialog>
  )
}
