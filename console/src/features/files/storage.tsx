import type { Schemas } from '../../api/client.ts'
import { asProblem } from '../../api/problem.ts'
import { Bars } from '../../ui/chart/bars.tsx'
import { bytes, plural } from '../../ui/format/time.ts'
import { Skeleton } from '../../ui/kit/page.tsx'
import { PageProblem } from '../shell/index.ts'
import styles from './files.module.css'
import { useStats } from './queries.ts'

type Stats = Schemas['FileStats']

/** From this share on, the room that is left is worth a warning. */
const NEARLY_FULL = 0.9

const shareOf = ({ storageBytes, limitBytes }: Stats): number =>
  limitBytes === null || limitBytes === 0 ? 0 : Math.min(1, storageBytes / limitBytes)

const toneOf = (share: number): string | undefined =>
  share >= 1 ? 'bad' : share >= NEARLY_FULL ? 'wait' : undefined

const usedOf = ({ storageBytes, limitBytes }: Stats): string =>
  limitBytes === null ? `${bytes(storageBytes)} used` : `${bytes(storageBytes)} of ${bytes(limitBytes)}`

/** How much room the team has used. */
export function Meter({ stats, onOpen }: { stats: Stats; onOpen: () => void }) {
  const share = shareOf(stats)
  return (
    <button type="button" className={`${styles.meter} wide-only`} data-tone={toneOf(share)} onClick={onOpen}>
      <span className="num">{usedOf(stats)}</span>
      {stats.limitBytes !== null && (
        <i>
          <b style={{ width: `${share * 100}%` }} />
        </i>
      )}
    </button>
  )
}

export function Storage() {
  const query = useStats()
  if (query.isError)
    return <PageProblem problem={asProblem(query.error)} onRetry={() => void query.refetch()} />
  if (!query.data) return <Skeleton rows={6} />
  const stats = query.data
  const older = Math.max(0, stats.storageBytes - stats.sizeBytes - stats.deleted.sizeBytes)
  const share = shareOf(stats)
  const kinds = Object.entries(Object.groupBy(stats.byType, ({ kind }) => kind)).map(([kind, types]) => ({
    kind,
    files: types.reduce((sum, one) => sum + one.files, 0),
    sizeBytes: types.reduce((sum, one) => sum + one.sizeBytes, 0),
  }))
  const largest = Math.max(1, ...kinds.map((one) => one.sizeBytes))
  return (
    <div className={styles.storage}>
      <section aria-label="Used">
        <h2 className="num" data-tone={toneOf(share)}>
          {usedOf(stats)}
        </h2>
        {stats.limitBytes !== null && (
          <div className={styles.full} data-tone={toneOf(share)}>
            <i style={{ width: `${share * 100}%` }} />
          </div>
        )}
        {share >= NEARLY_FULL && (
          <p role="alert">
            {share >= 1 ? 'No more files can be stored.' : 'Little room is left.'} Delete files for good in
            the bin, or ask an owner for a larger plan.
          </p>
        )}
        <dl>
          <div>
            <dt>{plural(stats.files, 'file')} in their current versions</dt>
            <dd>{bytes(stats.sizeBytes)}</dd>
          </div>
          <div>
            <dt>{plural(stats.deleted.files, 'file')} in the bin, removed after 7 days</dt>
            <dd>{bytes(stats.deleted.sizeBytes)}</dd>
          </div>
          <div>
            <dt>Older versions, and files of runs</dt>
            <dd>{bytes(older)}</dd>
          </div>
        </dl>
      </section>
      {kinds.length > 0 && (
        <section aria-label="By kind">
          <h3>By kind</h3>
          <ul className={styles.kinds}>
            {kinds
              .toSorted((a, b) => b.sizeBytes - a.sizeBytes)
              .map((one) => (
                <li key={one.kind}>
                  <span>{one.kind.slice(0, 1).toUpperCase() + one.kind.slice(1)}</span>
                  <i>
                    <b style={{ width: `${(one.sizeBytes / largest) * 100}%` }} />
                  </i>
                  <span className="num">{bytes(one.sizeBytes)}</span>
                  <span className="faint num">{plural(one.files, 'file')}</span>
                </li>
              ))}
          </ul>
        </section>
      )}
      {stats.byMonth.length > 1 && (
        <section aria-label="By month">
          <h3>Uploaded by month</h3>
          <Bars
            label="Bytes uploaded by month"
            series={['Size']}
            format={bytes}
            height={160}
            columns={stats.byMonth
              .slice(0, 12)
              .toReversed()
              .map(({ month, sizeBytes }) => ({ id: month, name: month, values: [sizeBytes] }))}
          />
        </section>
      )}
    </div>
  )
}
