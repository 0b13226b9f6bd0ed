import { useNavigate } from '@tanstack/react-router'
import { useMemo } from 'react'
import { shortId } from '../../ui/format/time.ts'
import { DataTable } from '../../ui/kit/data-table.tsx'
import { toRun } from '../shell/index.ts'
import { Peek } from './peek.tsx'
import type { RunRow } from './queries.ts'
import { runColumns } from './run-columns.tsx'

type Props = {
  rows: RunRow[]
  total: number
  isOld: boolean
  picked: ReadonlySet<string>
  onPick: (picked: ReadonlySet<string>) => void
  /** The end of the list is near. */
  onEnd: () => void
  mayRun: boolean
}

/** Bars are scaled to a typical long run, not to a single run that took a day. */
const LONG = 0.95

export function RunTable({ rows, onPick, mayRun, ...list }: Props) {
  const go = useNavigate()
  const longest = quantile(rows, LONG)
  const columns = useMemo(() => runColumns(longest), [longest])
  return (
    <DataTable
      {...list}
      label="Runs"
      columns={columns}
      rows={rows}
      nameOf={(row) => `${row.title ?? row.workflowName} ${shortId(row.id)}`}
      onOpen={(row) => void go(toRun(row.id))}
      onPick={mayRun ? onPick : undefined}
      peek={(row, close) => <Peek key={row.id} row={row} onClose={close} />}
    />
  )
}

function quantile(rows: readonly RunRow[], share: number): number {
  const times = rows.flatMap((row) => (row.durationMs === null ? [] : [row.durationMs])).sort((a, b) => a - b)
  return Math.max(1, times[Math.floor((times.length - 1) * share)] ?? 1)
}
