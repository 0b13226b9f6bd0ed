import { useState } from 'react'
import { serverNow } from '../../api/clock.ts'
import { count, plural } from '../../ui/format/time.ts'
import { ConfirmButton } from '../../ui/kit/confirm.tsx'
import { SelectionBar } from '../../ui/kit/selection-bar.tsx'
import { type BulkResult, type BulkVerb, useBulk, useBulkRun } from './bulk.ts'
import { BulkReport, BulkRunDialog } from './bulk-report.tsx'
import { bulkFilterOf, type Status, type TaskFilter } from './model/filter.ts'
import { ALLOWED } from './model/verbs.ts'
import type { TaskRow } from './queries.ts'

type Props = {
  rows: TaskRow[]
  picked: ReadonlySet<string>
  filter: TaskFilter
  /** Of all tasks that match the filter. */
  total: number
  byStatus: Record<string, number>
  onClear: () => void
}

const RETRIED: readonly Status[] = ['failed', 'cancelled', 'skipped']
const DELETED: readonly Status[] = ['draft', 'blocked', 'scheduled', 'queued', ...ALLOWED.retry]

/** Acts on the chosen tasks, each with its result, or by a run on all tasks that match the filter. */
export function BulkBar({ rows, picked, filter, total, byStatus, onClear }: Props) {
  const bulk = useBulk()
  const start = useBulkRun()
  const [results, setResults] = useState<BulkResult[] | null>(null)
  const [runId, setRunId] = useState<string | null>(null)
  /** The ticks at the time when all tasks were chosen. Changing a tick goes back to the ticked tasks. */
  const [allAt, setAllAt] = useState<ReadonlySet<string> | null>(null)
  const isAll = allAt === picked
  const chosen = rows.filter((row) => picked.has(row.id))
  const chosenCount = isAll ? total : chosen.length
  const names = new Map(rows.map((row) => [row.id, row.title]))
  const countOf = (which: readonly Status[]): number =>
    isAll
      ? which
          .filter((status) => filter.status === undefined || filter.status.includes(status))
          .reduce((sum, status) => sum + (byStatus[status] ?? 0), 0)
      : chosen.filter((row) => which.includes(row.status)).length

  async function act(verb: BulkVerb, which: readonly Status[]) {
    if (isAll) {
      const statuses = which.filter((one) => filter.status === undefined || filter.status.includes(one))
      const made = await start.mutateAsync({
        verb,
        filter: { ...bulkFilterOf(filter, serverNow()), status: statuses.join(',') },
      })
      setRunId(made.runId)
    } else {
      const ids = chosen.filter((row) => which.includes(row.status)).map((row) => row.id)
      setResults(await bulk.mutateAsync({ verb, ids }))
    }
  }
  const button = (verb: BulkVerb, name: string, which: readonly Status[], about: string) => {
    const fitting = countOf(which)
    if (fitting === 0) return null
    const what = `${name} ${plural(fitting, 'task')}`
    const others = fitting < chosenCount ? ` The other ${count(chosenCount - fitting)} stay as they are.` : ''
    return (
      <ConfirmButton
        look="quiet"
        size="small"
        icon={({ cancel: 'stop', retry: 'retry', delete: 'trash' } as const)[verb]}
        question={`${what}?`}
        about={about + others}
        verb={what}
        onConfirm={() => act(verb, which)}
      >
        {name}
      </ConfirmButton>
    )
  }
  return (
    <>
      <SelectionBar
        label="Chosen tasks"
        chosen={chosenCount}
        total={total}
        onAll={isAll ? undefined : () => setAllAt(picked)}
        onClear={onClear}
      >
        {button('cancel', 'Cancel', ALLOWED.cancel, 'What is being worked on stops.')}
        {button('retry', 'Retry', RETRIED, 'Steps that succeeded are kept, the others start again.')}
        {button(
          'delete',
          'Delete',
          DELETED,
          'They are deleted with their subtasks, and cannot be restored. Tasks that others wait for are refused.',
        )}
      </SelectionBar>
      {results && (
        <BulkReport
          results={results}
          nameOf={(id) => names.get(id)}
          onClose={() => {
            setResults(null)
            onClear()
          }}
        />
      )}
      {runId !== null && (
        <BulkRunDialog
          runId={runId}
          onClose={() => {
            setRunId(null)
            onClear()
          }}
        />
      )}
    </>
  )
}
