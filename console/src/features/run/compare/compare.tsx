import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { lazy, Suspense, useMemo, useSyncExternalStore } from 'react'
import { asProblem } from '../../../api/problem.ts'
import { shortId } from '../../../ui/format/time.ts'
import { Pill } from '../../../ui/glyph.tsx'
import { Head, ProblemNote, Skeleton, useTitle } from '../../../ui/kit/page.tsx'
import { useNarrow } from '../../../ui/use-media.ts'
import { PageProblem } from '../../shell/index.ts'
import { compareRuns } from '../model/compare.ts'
import type { Live } from '../model/live.ts'
import { stepOf } from '../model/path.ts'
import { type Outline, outlineOf } from '../model/steps.ts'
import { definitionQuery, type Run, runQuery } from '../queries.ts'
import { openRunLog } from '../run-log.ts'
import styles from './compare.module.css'
import { DifferenceTable } from './difference-table.tsx'
import { Values } from './values.tsx'

const GraphView = lazy(() => import('../graph/graph.tsx').then((parts) => ({ default: parts.GraphView })))

export function ComparePage() {
  const { id, other } = useParams({ from: '/shell/runs/$id/compare/$other' })
  useTitle('Compare two runs')
  const left = useQuery(runQuery(id))
  const right = useQuery(runQuery(other))
  const error = left.error ?? right.error
  if (error !== null) return <PageProblem problem={asProblem(error)} what="run" list="/runs" />
  if (!left.data || !right.data) return <Skeleton rows={10} />
  return <Compare key={`${id} ${other}`} left={left.data} right={right.data} />
}

export type Side = { run: Run; live: Live; outline: Outline }

function useSide(run: Run): Side & { isReady: boolean; error: unknown } {
  const log = useMemo(() => openRunLog(run.id), [run.id])
  const { live } = useSyncExternalStore(log.onChange, log.read)
  const { data, error, isPending } = useQuery(definitionQuery(run))
  const outline = useMemo(() => outlineOf(data ?? { nodes: [] }), [data])
  return { run, live, outline, isReady: live.lastSeq > 0 && !isPending, error }
}

function Compare({ left, right }: { left: Run; right: Run }) {
  const { node: chosen = null } = useSearch({ from: '/shell/runs/$id/compare/$other' })
  const go = useNavigate({ from: '/runs/$id/compare/$other' })
  const isNarrow = useNarrow()
  const [a, b] = [useSide(left), useSide(right)]
  const rows = useMemo(
    () => compareRuns({ steps: a.outline.steps, live: a.live }, { steps: b.outline.steps, live: b.live }),
    [a.outline, a.live, b.outline, b.live],
  )
  const marks = useMemo(
    () =>
      new Map(
        rows.map(({ key, differs, left: { look } }) => [
          key,
          { mark: differs.length > 0 ? 'changed' : null, other: look },
        ]),
      ),
    [rows],
  )
  const choose = (path: string | null) =>
    void go({
      search: (old) => ({ ...old, node: path === null ? undefined : stepOf(path) }) as typeof old,
      replace: true,
    })
  const problem = a.error ?? b.error
  return (
    <>
      <Head title="Compare">
        <RunName side={a} />
        <span className="faint">with</span>
        <RunName side={b} />
      </Head>
      {problem && <ProblemNote problem={asProblem(problem)} />}
      <div className={styles.compare}>
        {!isNarrow && (
          <section className={styles.graph} aria-label="Graph">
            {b.isReady && (
              <Suspense>
                <GraphView
                  outline={b.outline}
                  live={b.live}
                  chosen={chosen}
                  onChoose={choose}
                  marks={marks}
                />
              </Suspense>
            )}
          </section>
        )}
        <section className={styles.list} aria-label="Differences">
          {a.isReady && b.isReady ? (
            <DifferenceTable rows={rows} left={left} right={right} chosen={chosen} onChoose={choose} />
          ) : (
            <Skeleton rows={4} />
          )}
          <Values left={a} right={b} step={chosen} />
        </section>
      </div>
    </>
  )
}

const RunName = ({ side: { run, live } }: { side: Side }) => (
  <Link to="/runs/$id" params={{ id: run.id }} className={`${styles.name} cut`} title={run.id}>
    <span className="cut" dir="auto">
      {run.title ?? run.workflowName}
    </span>
    <span className="mono faint wide-only">
      {shortId(run.id)} v{run.workflowVersion}
    </span>
    <Pill status={live.lastSeq === 0 ? run.status : live.status} />
  </Link>
)
