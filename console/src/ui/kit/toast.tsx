// Brief messages about what was done or has failed.
import { useSyncExternalStore } from 'react'
import type { Problem } from '../../api/problem.ts'
import { Button, IconButton } from './button.tsx'
import { ProblemNote } from './page.tsx'
import styles from './toast.module.css'

/** What a person can do about it, such as undoing it. */
type Action = { label: string; act: () => void }
type Toast = { id: number; text: string; problem: Problem | null; action: Action | null }

const STAYS_MS = 5_000
/** Longer, if there is something to decide. */
const STAYS_WITH_ACTION_MS = 12_000
const MAX_TOASTS = 3

let toasts: Toast[] = []
let lastId = 0
const listeners = new Set<() => void>()

function change(next: Toast[]): void {
  toasts = next
  for (const listener of listeners) listener()
}

const drop = (id: number): void => change(toasts.filter((one) => one.id !== id))

export function showToast(text: string, action: Action | null = null): void {
  const id = ++lastId
  change([...toasts, { id, text, problem: null, action }].slice(-MAX_TOASTS))
  setTimeout(() => drop(id), action === null ? STAYS_MS : STAYS_WITH_ACTION_MS)
}

/** Stays until closed, because it has something to read and copy. */
export function showProblem(problem: Problem): void {
  change([...toasts, { id: ++lastId, text: '', problem, action: null }].slice(-MAX_TOASTS))
}

export function Toasts() {
  const shown = useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => toasts,
  )
  return (
    <section className={styles.toasts} aria-live="polite" aria-label="Messages">
      {shown.map(({ id, text, problem, action }) => (
        <div key={id} className={styles.toast}>
          {problem ? <ProblemNote problem={problem} /> : <p>{text}</p>}
          {action && (
            <Button
              size="small"
              onClick={() => {
                drop(id)
                action.act()
              }}
            >
              {action.label}
            </Button>
          )}
          <IconButton icon="close" size="small" label="Close" onClick={() => drop(id)} />
        </div>
      ))}
    </section>
  )
}
