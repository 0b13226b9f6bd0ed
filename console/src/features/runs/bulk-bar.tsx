import { useQueryClient } from '@tanstack/react-query'
import { lazy, Suspense, useState } from 'react'
import { serverNow } from '../../api/clock.ts'
import { count, plural, shortId } from '../../ui/format/time.ts'
import { ConfirmButton } from '../../ui/kit/confirm.tsx'
import { SelectionBar } from '../../ui/kit/selection-bar.tsx'
import { bulkFilterOf, type RunFilter, type Status } from './model/filter.ts'
import { type BulkResult, type BulkVerb, type RunRow, useBulk } from './queries.ts'
import styles from './runs.module.css'

const Dialog = lazy(() => import('../../ui/kit/dialog.tsx').then((parts) => ({ default: parts.Dialog })))

type Props = {
  rows: RunRow[]
  picked: ReadonlySet<string>
  filter: RunFilter
  /** Of all runs that match the filter. */
  total: number
  byStatus: Record<string, number>
  onClear: () => void
}

const OPEN: readonly Status[] = ['queued', 'running', 'waiting', 'paused']
const ENDED: readonly Status[] = ['succeeded', 'failed', 'cancelled']
/** The dialog lists the failures first. */
const MAX_LISTED = 200

/** Bulk actions show their number first, and return one result for each run. */
export function BulkBar({ rows, picked, filter, total, byStatus, onClear }: Props) {
  const bulk = useBulk()
  const cache = useQueryClient()
  const [results, setResults] = useState<BulkResult[] | null>(null)
  /** The ticks at the time when all runs were chosen. Changing a tick goes back to the ticked runs. */
  const [allAt, setAllAt] = useState<ReadonlySet<string> | null>(null)
  const [done, setDone] = useState(0)
  const isAll = allAt === picked
  const chosen = rows.filter((row) => picked.has(row.id))
  const chosenCount = isAll ? total : chosen.length
  const names = new Map(rows.map((row) => [row.id, row.title ?? row.workflowName]))
  const countOf = (which: readonly Status[]): number =>
    isAll
      ? which
          .filter((status) => filter.status === undefined || filter.status === status)
          .reduce((sum, status) => sum + (byStatus[status] ?? 0), 0)
      : chosen.filter((row) => which.includes(row.status)).length
  const open = countOf(OPEN)
  const ended = countOf(ENDED)
  async function act(verb: BulkVerb, which: readonly Status[]) {
    setDone(0)
    const choice = isAll
      ? { filter: bulkFilterOf(filter, serverNow()) }
      : { ids: chosen.filter((row) => which.includes(row.status)).map((row) => row.id) }
    setResults(await bulk.mutateAsync({ verb, choice, onProgress: setDone }))
  }
  const progress = bulk.isPending && done > 0 ? `${count(done)} done` : undefined
  return (
    <>
      <SelectionBar
        label="Chosen runs"
        chosen={chosenCount}
        total={total}
        onAll={isAll ? undefined : () => setAllAt(picked)}
        onClear={onClear}
      >
        {open > 0 && (
          <ConfirmButton
            look="quiet"
            size="small"
            icon="stop"
            question={`Cancel ${plural(open, 'run')}?`}
            about={`${plural(open, 'run')} of the ${count(chosenCount)} chosen ${open === 1 ? 'is' : 'are'} active and will be cancelled.${open < chosenCount ? ' The others have ended.' : ''}`}
            verb={progress ?? `Cancel ${plural(open, 'run')}`}
            onConfirm={() => act('cancel', OPEN)}
          >
            Cancel
          </ConfirmButton>
        )}
        {ended > 0 && (
          <ConfirmButton
            look="quiet"
            size="small"
            icon="retry"
            question={`Rerun ${plural(ended, 'run')}?`}
            about={`${plural(ended, 'run')} of the ${count(chosenCount)} chosen ${ended === 1 ? 'has' : 'have'} ended. Each starts a new run with the same input and the current version.`}
            verb={progress ?? `Rerun ${plural(ended, 'run')}`}
            onConfirm={() => act('rerun', ENDED)}
          >
            Rerun
          </ConfirmButton>
        )}
      </SelectionBar>
      {results && (
        <Suspense>
          <Dialog
            title={summary(results)}
            onClose={() => {
              setResults(null)
              onClear()
              // The list was read when the last of them had not reached it yet.
              void cache.invalidateQueries({ queryKey: ['runs'] })
            }}
          >
            <ul className={styles.results}>
              {listed(results).map((one) => (
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
              {results.length > MAX_LISTED && <li>and {count(results.length - MAX_LISTED)} more</li>}
            </ul>
          </Dialog>
        </Suspense>
      )}
    </>
  )
}

const listed = (results: BulkResult[]): BulkResult[] =>
  results.length <= MAX_LISTED
    ? results
    : results.toSorted((a, b) => Number(a.ok) - Number(b.ok)).slice(0, MAX_LISTED)

function summary(results: BulkResult[]): string {
  const failed = results.filter((one) => !one.ok).length
  return failed === 0
    ? `Done for ${plural(results.length, 'run')}`
    : `Done for ${results.length - failed} of ${plural(results.length, 'run')}`
}
