import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { lazy, Suspense, useEffect, useMemo, useState, useSyncExternalStore } from 'react'
import { asProblem } from '../../api/problem.ts'
import { Skeleton } from '../../ui/kit/page.tsx'
import { shownStatus } from '../../ui/status.ts'
import { PageProblem, useRights } from '../shell/index.ts'
import { ApprovalBar } from './approval-bar.tsx'
import { hasEnded } from './model/live.ts'
import { kindsOf } from './model/look.ts'
import { outlineOf, withSeen } from './model/steps.ts'
import { definitionQuery, type Run, runQuery } from './queries.ts'
import { ProgressLine, RunHead } from './run-head.tsx'
import { openRunLog } from './run-log.ts'
import { RunPanes } from './run-panes.tsx'
import { RunContext, type RunView } from './run-view.ts'
import { StatusAnnouncer } from './status-announcer.tsx'
import { useRunKeys } from './use-run-keys.ts'
import { useRunTab } from './use-run-tab.ts'

const RerunDialog = lazy(() => import('./rerun-dialog.tsx').then((parts) => ({ default: parts.RerunDialog })))

const NO_STEPS = outlineOf({ nodes: [] })

export function RunPage() {
  const { id } = useParams({ from: '/shell/runs/$id' })
  const run = useQuery(runQuery(id))
  if (run.data) return <Page key={id} run={run.data} />
  if (!run.isError) return <Skeleton rows={10} height={48} />
  const problem = asProblem(run.error)
  return <PageProblem problem={problem} what="run" list="/runs" onRetry={() => void run.refetch()} />
}

function Page({ run }: { run: Run }) {
  const { node: chosen = null, tab = 'io' } = useSearch({ from: '/shell/runs/$id' })
  const go = useNavigate({ from: '/runs/$id' })
  const rights = useRights()
  const [again, setAgain] = useState<{ from: string | null } | null>(null)
  const log = useMemo(() => openRunLog(run.id), [run.id])
  const { live, events } = useSyncExternalStore(log.onChange, log.read)
  const definition = useQuery(definitionQuery(run))
  const drawn = useMemo(() => (definition.data ? outlineOf(definition.data) : NO_STEPS), [definition.data])
  const unseen = [...live.steps.keys()].filter((key) => !drawn.byKey.has(key)).join('\n')
  const outline = useMemo(
    () => (unseen === '' || drawn === NO_STEPS ? drawn : withSeen(drawn, unseen.split('\n'))),
    [drawn, unseen],
  )
  // The loaded run counts until the log has started, and for an ended run until the log is complete.
  const isBehind = live.lastSeq === 0 || (run.finishedAt !== null && !hasEnded(live.status))
  const status = isBehind ? run.status : live.status
  const kinds = isBehind ? run.waitingFor.map(({ kind }) => kind) : kindsOf(live)
  const shown = shownStatus(status, kinds)
  useFreshRun(run, status, live.waits.size)
  const view: RunView = {
    run,
    live,
    events,
    outline,
    drawn,
    chosen,
    tab,
    ...rights,
    choose: (path) =>
      void go({ search: (old) => ({ ...old, node: path ?? undefined }) as typeof old, replace: true }),
    setTab: (next) => void go({ search: (old) => ({ ...old, tab: next }), replace: true }),
    rerunFrom: (from) => setAgain({ from }),
  }
  useRunTab(run.title ?? run.workflowName, shown)
  useRunKeys(view)
  return (
    <RunContext value={view}>
      <RunHead status={shown} />
      {!hasEnded(status) && <ProgressLine asks={shown === 'waiting'} />}
      {kinds.includes('approval') && !hasEnded(status) && <ApprovalBar />}
      <StatusAnnouncer />
      {definition.isPending ? <Skeleton rows={10} /> : <RunPanes hasSteps={outline.steps.length > 0} />}
      {again !== null && (
        <Suspense>
          <RerunDialog from={again.from} onClose={() => setAgain(null)} />
        </Suspense>
      )}
    </RunContext>
  )
}

/** Reloads what only the run itself contains, such as the output, when the run has progressed. */
function useFreshRun(run: Run, status: string, waits: number): void {
  const cache = useQueryClient()
  useEffect(() => {
    if (status !== run.status || (run.finishedAt === null && waits !== run.waitingFor.length))
      void cache.invalidateQueries({ queryKey: ['run', run.id], exact: true })
  }, [status, waits, run.status, run.id, cache])
}
