import { asProblem } from '../../api/problem.ts'
import { duration } from '../../ui/format/time.ts'
import { Ago } from '../../ui/format/time-text.tsx'
import { Glyph } from '../../ui/glyph.tsx'
import { More } from '../../ui/kit/more.tsx'
import { ProblemNote, Skeleton } from '../../ui/kit/page.tsx'
import { Help } from './help.tsx'
import styles from './integration.module.css'
import { Part } from './overview.tsx'
import { useTests } from './queries.ts'
import { OUTCOMES } from './status.tsx'

/** The server keeps the last fifty. */
export function TestsTab({ id, about }: { id: string; about: string | null }) {
  const list = useTests(id)
  const items = list.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <Part title="Tests">
      <p className="dim">
        {about === null ? 'This type has nothing to test.' : <Help text={about} />} It is also tested once a
        night, if that has no visible effect.
      </p>
      {list.isError ? (
        <ProblemNote problem={asProblem(list.error)} onRetry={() => void list.refetch()} />
      ) : list.isPending ? (
        <Skeleton rows={4} />
      ) : items.length === 0 ? (
        <p className="faint">No tests yet.</p>
      ) : (
        <ul className={styles.list} aria-label="Tests">
          {items.map((one) => (
            <li key={one.id}>
              <div>
                <Glyph status={OUTCOMES[one.outcome].shown} />
                <span className={styles.grow}>
                  <span className="unseen">{OUTCOMES[one.outcome].label}: </span>
                  {one.message}
                </span>
                <span className={`${styles.end} num wide-only`}>
                  {one.httpStatus !== null && `HTTP ${one.httpStatus} · `}
                  {duration(one.durationMs)}
                </span>
                <span className={styles.end}>
                  {one.testedBy === null && 'nightly · '}
                  <Ago at={one.at} />
                </span>
              </div>
            </li>
          ))}
        </ul>
      )}
      {list.hasNextPage && (
        <div>
          <More of={list}>Older ones</More>
        </div>
      )}
    </Part>
  )
}
