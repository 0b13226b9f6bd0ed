// The whole account: all its data as a file, and its deletion.
import { useMutation, useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useState } from 'react'
import { call, download } from '../../api/client.ts'
import { asProblem, Problem } from '../../api/problem.ts'
import { Button } from '../../ui/kit/button.tsx'
import { TextField } from '../../ui/kit/field.tsx'
import { ProblemNote } from '../../ui/kit/page.tsx'
import { saveFile } from '../../ui/save-file.ts'
import { leave } from '../shell/index.ts'
import { Section } from './section.tsx'
import styles from './settings.module.css'

const Dialog = lazy(() => import('../../ui/kit/dialog.tsx').then((parts) => ({ default: parts.Dialog })))

export function Account() {
  const [isLeaving, setLeaving] = useState(false)
  const save = useMutation({ mutationFn: saveExport })
  return (
    <Section
      title="Your data"
      about="The file contains your data and that of the teams you own, without secrets."
    >
      <div className={styles.buttons}>
        <Button icon="download" busy={save.isPending} onClick={() => save.mutate()}>
          Download all data
        </Button>
        <Button look="danger" onClick={() => setLeaving(true)}>
          Delete the account
        </Button>
      </div>
      {isLeaving && (
        <Suspense>
          <DeleteDialog onClose={() => setLeaving(false)} />
        </Suspense>
      )}
    </Section>
  )
}

/** Large accounts come in several files. */
async function saveExport(): Promise<void> {
  let cursor: string | undefined
  for (let part = 1; part === 1 || cursor !== undefined; part++) {
    const file = await download('GET /users/export', { query: cursor === undefined ? {} : { cursor } })
    const next = nextCursorOf(await file.text())
    const isWhole = part === 1 && next === undefined
    saveFile(file, isWhole ? 'orrery-export.json' : `orrery-export-${part}.json`)
    cursor = next
  }
}

/** An interrupted stream ends inside the JSON. */
function nextCursorOf(text: string): string | undefined {
  try {
    return (JSON.parse(text) as { nextCursor?: string | null }).nextCursor ?? undefined
  } catch {
    throw new Problem(0, { code: 'export.incomplete', detail: 'The export was interrupted. Start it again.' })
  }
}

function DeleteDialog({ onClose }: { onClose: () => void }) {
  const profile = useQuery({ queryKey: ['profile', 'security'], queryFn: () => call('GET /users/profile') })
  const [password, setPassword] = useState('')
  const remove = useMutation({
    meta: { quiet: true },
    mutationFn: () => call('DELETE /users/profile', { body: password ? { password } : {} }),
    // The server has ended the session; every tab forgets it.
    onSuccess: leave,
  })
  return (
    <Dialog
      title="Delete your account?"
      about="Your personal team and the teams without other members are deleted with everything in them. This cannot be undone."
      onClose={onClose}
      onSubmit={() => remove.mutate()}
      actions={
        <>
          <Button onClick={onClose}>Leave it</Button>
          <Button type="submit" look="danger" busy={remove.isPending}>
            Delete everything
          </Button>
        </>
      }
    >
      {profile.data?.hasPassword !== false && (
        <TextField
          label="Password"
          type="password"
          autoComplete="current-password"
          required
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
      )}
      {remove.isError && <ProblemNote problem={asProblem(remove.error)} />}
    </Dialog>
  )
}
