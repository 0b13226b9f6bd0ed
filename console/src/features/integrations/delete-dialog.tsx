import { useNavigate } from '@tanstack/react-router'
import { asProblem } from '../../api/problem.ts'
import { plural } from '../../ui/format/time.ts'
import { Button } from '../../ui/kit/button.tsx'
import { Dialog } from '../../ui/kit/dialog.tsx'
import { ProblemNote, Skeleton } from '../../ui/kit/page.tsx'
import { showToast } from '../../ui/kit/toast.tsx'
import { toIntegrations } from '../shell/index.ts'
import styles from './integration.module.css'
import { usersOf } from './model/usage.ts'
import { type Integration, useDelete, useUsage } from './queries.ts'

type Props = { integration: Integration; etag: string; onClose: () => void }

/** Names who would fail without it, before anything is deleted. */
export function DeleteDialog({ integration: one, etag, onClose }: Props) {
  const go = useNavigate()
  const usage = useUsage(one.id)
  const remove = useDelete(one.id)
  const problem = remove.isError ? asProblem(remove.error) : null
  const users = usage.data ? usersOf(usage.data) : []
  // Somebody may have begun to use it since the list was read.
  const isUsed = users.length > 0 || problem?.code === 'integration.in_use'
  const send = () =>
    remove.mutate(
      { force: isUsed, etag },
      {
        onSuccess: () => {
          showToast(`"${one.name}" was deleted.`)
          void go(toIntegrations())
        },
      },
    )
  return (
    <Dialog
      title={`Delete "${one.name}"?`}
      about="Its secrets are deleted with it. This cannot be undone."
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Leave it</Button>
          <Button
            look={isUsed ? 'danger' : 'primary'}
            busy={remove.isPending}
            disabled={!usage.data && !usage.isError}
            onClick={send}
          >
            {isUsed ? 'Delete it anyway' : 'Delete the integration'}
          </Button>
        </>
      }
    >
      {usage.isPending ? (
        <Skeleton rows={2} />
      ) : users.length === 0 ? (
        <p>No workflow, agent or export names it.</p>
      ) : (
        <>
          <p>{plural(users.length, 'user names', 'users name')} it. Their runs fail from then on:</p>
          <ul className={styles.list} aria-label="Used by">
            {users.map((user) => (
              <li key={user.id}>
                <div>
                  <bdi className={`${styles.grow} cut`}>{user.name}</bdi>
                  <span className={styles.end}>{user.kind}</span>
                </div>
              </li>
            ))}
          </ul>
        </>
      )}
      {problem && <ProblemNote problem={problem} />}
    </Dialog>
  )
}
