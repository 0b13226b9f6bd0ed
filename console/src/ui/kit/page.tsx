// The frame of a page: its header, and what it shows when it is empty, loading or failed.
import { type ReactNode, useEffect, useState } from 'react'
import type { Problem } from '../../api/problem.ts'
import { Icon, type IconName } from '../icon.tsx'
import { Button } from './button.tsx'
import styles from './page.module.css'

export function Head({ title, children, end }: { title: ReactNode; children?: ReactNode; end?: ReactNode }) {
  return (
    <header className={styles.head}>
      <h1 className="cut">{title}</h1>
      {children}
      {end !== undefined && <div className={styles.end}>{end}</div>}
    </header>
  )
}

/** The title of the browser tab. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = title === '' ? 'Orrery' : `${title} · Orrery`
  }, [title])
}

export function Empty({
  icon,
  title,
  children,
  action,
}: {
  icon: IconName
  title: string
  children?: ReactNode
  action?: ReactNode
}) {
  return (
    <div className={styles.empty}>
      <Icon name={icon} size={24} />
      <h2>{title}</h2>
      {children && <p>{children}</p>}
      {action}
    </div>
  )
}

type ProblemNoteProps = {
  problem: Problem
  onRetry?: () => void
  /** The text of the button. */
  retry?: string
}

/** The server's error, what helps, and the id for support. */
export function ProblemNote({ problem, onRetry, retry = 'Try again' }: ProblemNoteProps) {
  return (
    <div className={styles.problem} role="alert">
      <div>
        <b>{problem.message}</b>
        {problem.help !== null && <p>{problem.help}</p>}
        {problem.errors.length > 0 && (
          <ul>
            {problem.errors.map((one) => (
              <li key={`${one.path} ${one.message}`}>
                {one.path && <span className="mono">{one.path}</span>} {one.message}
              </li>
            ))}
          </ul>
        )}
        <p className={styles.codes}>
          <span className="mono">{problem.code}</span>
          {problem.requestId !== null && <span className="mono">{problem.requestId}</span>}
        </p>
      </div>
      {onRetry && (
        <Button size="small" icon="retry" onClick={onRetry}>
          {retry}
        </Button>
      )}
    </div>
  )
}

const PATIENCE_MS = 150

/** Placeholders with the final height, shown only if loading takes noticeably long. */
export function Skeleton({ rows = 8, height = 36 }: { rows?: number; height?: number }) {
  const [isLate, setLate] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), PATIENCE_MS)
    return () => clearTimeout(timer)
  }, [])
  return (
    <div className={styles.skeleton} role="status" aria-label="Loading" data-late={isLate}>
      {Array.from({ length: rows }, (_, at) => (
        <i key={at} style={{ height }} />
      ))}
    </div>
  )
}
