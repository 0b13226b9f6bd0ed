import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { call } from '../../api/client.ts'
import { asProblem } from '../../api/problem.ts'
import { Pill } from '../../ui/glyph.tsx'
import { buttonClass, IconButton } from '../../ui/kit/button.tsx'
import { Json } from '../../ui/kit/json.tsx'
import { ProblemNote, Skeleton } from '../../ui/kit/page.tsx'
import { shownStatus } from '../../ui/status.ts'
import { toRun } from '../shell/index.ts'
import type { RunRow } from './queries.ts'
import styles from './runs.module.css'

/** A preview of the run next to the list: input, output, error. */
export function Peek({ row, onClose }: { row: RunRow; onClose: () => void }) {
  const run = useQuery({
    queryKey: ['run', row.id, 'peek'],
    queryFn: () => call('GET /runs/{id}', { params: { id: row.id }, query: { include: 'output' } }),
  })
  return (
    <aside className={styles.peek} aria-label={`Run ${row.title ?? row.workflowName}`}>
      <header>
        <b className="cut">{row.title ?? row.workflowName}</b>
        <Pill
          status={shownStatus(
            row.status,
            row.waitingFor.map(({ kind }) => kind),
          )}
        />
        <IconButton icon="close" label="Close" onClick={onClose} />
      </header>
      {run.isError ? (
        <ProblemNote problem={asProblem(run.error)} />
      ) : run.data ? (
        <div>
          {run.data.error && <p className={styles.bad}>{run.data.error.message}</p>}
          <Json title="Input" value={run.data.input} empty="None" />
          <Json title="Output" value={run.data.output} empty="None yet" />
        </div>
      ) : (
        <Skeleton rows={5} height={24} />
      )}
      <Link {...toRun(row.id)} className={buttonClass()}>
        Open the run
      </Link>
    </aside>
  )
}
