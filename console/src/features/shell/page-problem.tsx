import type { Problem } from '../../api/problem.ts'
import { ProblemNote } from '../../ui/kit/page.tsx'
import { Unknown } from './unknown.tsx'

/** Shown instead of a page that cannot be displayed. */
export function PageProblem({
  problem,
  onRetry,
  what,
  list,
}: {
  problem: Problem
  onRetry?: () => void
  what?: string
  list?: string
}) {
  if (problem.status === 404) return <Unknown {...(what && { what })} {...(list && { list })} />
  return (
    <div style={{ padding: 'var(--gutter)', maxWidth: 640 }}>
      <ProblemNote problem={problem} {...(onRetry && { onRetry })} />
    </div>
  )
}
