import { lazy, Suspense, useState } from 'react'
import { plural, shortId } from '../../ui/format/time.ts'
import { Button } from '../../ui/kit/button.tsx'
import { ConfirmButton } from '../../ui/kit/confirm.tsx'
import { type BulkResult, type BulkVerb, type RunRow, useBulk } from './queries.ts'
import styles from './runs.module.css'

const Dialog = lazy(() => import('../../ui/kit/dialog.tsx').then((parts) => ({ default: parts.Dialog })))

type Props = { rows: RunRow[]; picked: ReadonlySet<string>; onClear: () => void }

const OPEN = new Set(['queued', 'running', 'waiting', 'paused'])

/** Bulk actions show their number first, and return one result for each run. */
export function BulkBar({ rows, picked, onClear }: Props) {
  const bulk = useBulk()
  const [results, setResults] = useState<BulkResult[] | null>(null)
  const chosen = rows.filter((row) => picked.has(row.id))
  const open = chosen.filter((row) => OPEN.has(row.status))
  const ended = chosen.filter((row) => !OPEN.has(row.status))
  const names = new Map(rows.map((row) => [row.id, row.title ?? row.workflowName]))
  async function act(verb: BulkVerb, which: RunRow[]) {
    setResults(await bulk.mutateAsync({ verb, ids: which.map((row) => row.id) }))
  }
  return (
    <>
      <section className={styles.bulk} aria-label="Chosen runs">
        <b className="num">{chosen.length}</b> chosen
        {open.length > 0 && (
          <ConfirmButton
            look="quiet"
            size="small"
            icon="stop"
            question={`Cancel ${plural(open.length, 'run')}?`}
            about={`${plural(open.length, 'run')} of the ${chosen.length} chosen ${open.length === 1 ? 'is' : 'are'} active and will be cancelled. The others have ended.`}
            verb={`Cancel ${plural(open.length, 'run')}`}
            onConfirm={() => act('cancel', open)}
          >
            Cancel
          </ConfirmButton>
        )}
        {ended.length > 0 && (
          <ConfirmButton
            look="quiet"
            size="small"
            icon="retry"
            question={`Rerun ${plural(ended.length, 'run')}?`}
            about={`${plural(ended.length, 'run')} of the ${chosen.length} chosen ${ended.length === 1 ? 'has' : 'have'} ended. Each starts a new run with the same input and the current version.`}
            verb={`Rerun ${plural(ended.length, 'run')}`}
            onConfirm={() => act('rerun', ended)}
          >
            Rerun
          </ConfirmButton>
        )}
        <Button look="quiet" size="small" onClick={onClear}>
          Clear
        </Button>
      </section>
      {results && (
        <Suspense>
          <Dialog
            title={summary(results)}
            onClose={() => {
              setResults(null)
              onClear()
            }}
          >
            <ul className={styles.results}>
              {results.map((one) => (
                <li key={one.original}>
                  <span className="mono">{shortId(one.original)}</span>
                  <span className="cut">{names.get(one.original)}</span>
                  {one.ok ? (
                    <span className="dim">{one.status}</span>
                  ) : (
                    <span className={styles.bad}>{one.error.message}</span>
                  )}
                </li>
              ))}
            </ul>
          </Dialog>
        </Suspense>
      )}
    </>
  )
}

function summary(results: BulkResult[]): string {
  const failed = results.filter((one) => !one.ok).length
  return failed === 0
    ? `Done for ${plural(results.length, 'run')}`
    : `Done for ${results.length - failed} of ${plural(results.length, 'run')}`
}
