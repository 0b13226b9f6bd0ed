import type { FormEvent, ReactNode } from 'react'
import { asProblem } from '../../api/problem.ts'
import { ProblemNote, Skeleton } from '../../ui/kit/page.tsx'
import styles from './settings.module.css'

export function Section({ title, about, children }: { title: string; about?: string; children?: ReactNode }) {
  return (
    <section className={styles.section} aria-label={title}>
      <h2>{title}</h2>
      {about && <p className="dim">{about}</p>}
      {children}
    </section>
  )
}

/** The values of a form, by field name. */
export const fieldsOf = (event: FormEvent<HTMLFormElement>): Record<string, string> => {
  event.preventDefault()
  return Object.fromEntries(
    [...new FormData(event.currentTarget)].map(([name, value]) => [name, String(value)]),
  )
}

type Query<T> = { data: T | undefined; error: unknown; refetch: () => unknown }

/** Shows the loaded data, that it is loading, or why it failed. */
export function Loaded<T>({ query, children }: { query: Query<T>; children: (data: T) => ReactNode }) {
  if (query.error)
    return <ProblemNote problem={asProblem(query.error)} onRetry={() => void query.refetch()} />
  if (query.data === undefined) return <Skeleton rows={3} />
  return children(query.data)
}
