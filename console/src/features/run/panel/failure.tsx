import type { ReactNode } from 'react'
import { Json } from '../../../ui/kit/json.tsx'
import type { StepError } from '../model/event.ts'
import { useRunView } from '../run-view.ts'
import styles from './panel.module.css'

/** Why it failed, what the other server responded, and what can be done. */
export function Failure({ error, children }: { error: StepError; children?: ReactNode }) {
  const { choose } = useRunView()
  const { path } = error
  return (
    <div className={styles.failure}>
      <p>
        <b className="mono">{error.code}</b>
        {path !== undefined && (
          <>
            {' in '}
            <button type="button" className="link mono" onClick={() => choose(path)}>
              {path}
            </button>
          </>
        )}
      </p>
      <p dir="auto">{error.message}</p>
      {error.details !== undefined && error.details !== null && (
        <details>
          <summary>Details</summary>
          <Json value={unfolded(error.details)} />
        </details>
      )}
      {children && <div className={styles.choices}>{children}</div>}
    </div>
  )
}

/** The body of a response is text, which is often JSON. */
function unfolded(details: unknown): unknown {
  const { body } = (details ?? {}) as { body?: unknown }
  if (typeof body !== 'string') return details
  try {
    return { ...(details as object), body: JSON.parse(body) }
  } catch {
    return details
  }
}
