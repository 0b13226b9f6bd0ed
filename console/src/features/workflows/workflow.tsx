import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import { asProblem } from '../../api/problem.ts'
import { Button } from '../../ui/kit/button.tsx'
import { CopyButton } from '../../ui/kit/copy.tsx'
import { Head, Skeleton, useTitle } from '../../ui/kit/page.tsx'
import { Tabs } from '../../ui/kit/tabs.tsx'
import { Tag } from '../../ui/kit/tag.tsx'
import { PageProblem, useRights } from '../shell/index.ts'
import { curlOf } from './curl.ts'
import { ExportButton } from './export-button.tsx'
import { GraphTab } from './graph-tab.tsx'
import { useActivate, useWorkflow, type Workflow } from './queries.ts'
import type { WorkflowTab } from './routes.ts'
import { RunsTab } from './runs-tab.tsx'
import { TriggersTab } from './triggers-tab.tsx'
import { VersionsTab } from './versions-tab.tsx'
import styles from './workflow.module.css'

const StartDialog = lazy(() =>
  import('./start-dialog.tsx').then(({ StartDialog }) => ({ default: StartDialog })),
)

export function WorkflowPage() {
  const { id } = useParams({ from: '/shell/workflows/$id' })
  const found = useWorkflow(id)
  if (found.isError)
    return (
      <PageProblem
        problem={asProblem(found.error)}
        what="workflow"
        list="/workflows"
        onRetry={() => void found.refetch()}
      />
    )
  if (!found.data) return <Skeleton />
  return <WorkflowView key={id} workflow={found.data.workflow} etag={found.data.etag} />
}

function WorkflowView({ workflow, etag }: { workflow: Workflow; etag: string }) {
  useTitle(workflow.name)
  const { tab = 'graph', run = false } = useSearch({ from: '/shell/workflows/$id' })
  const go = useNavigate({ from: '/workflows/$id' })
  const { mayRun } = useRights()
  const activate = useActivate(workflow.id)
  const setRun = (open: boolean) =>
    void go({
      search: ({ run: _, ...old }) => (open ? { ...old, run: true as const } : old),
      replace: true,
    })
  const tabs = [
    { id: 'graph', name: 'Steps' },
    { id: 'runs', name: 'Runs' },
    { id: 'versions', name: `Versions ${workflow.version}` },
    { id: 'triggers', name: `Triggers ${workflow.triggers.length}` },
  ]
  return (
    <>
      <Head
        title={<bdi>{workflow.name}</bdi>}
        end={
          <>
            <span className="wide-only">
              <CopyButton label="Copy as curl" text={() => curlOf(location.origin, workflow)} />
            </span>
            <ExportButton workflow={workflow} />
            {mayRun && workflow.triggers.length > 0 && (
              <Button
                foldsText
                icon={workflow.active ? 'pause' : 'play'}
                busy={activate.isPending}
                onClick={() => activate.mutate({ active: !workflow.active, etag })}
              >
                {workflow.active ? 'Switch off' : 'Switch on'}
              </Button>
            )}
            {mayRun && (
              <Button look="primary" icon="play" onClick={() => setRun(true)}>
                Run
              </Button>
            )}
          </>
        }
      >
        <span className="faint num">v{workflow.version}</span>
        {!workflow.active && <Tag title="Its triggers do not start runs">Off</Tag>}
        {workflow.hasDraft && <Tag title="It has an unpublished draft">Draft</Tag>}
        {workflow.tags.map((one) => (
          <span key={one} className="wide-only">
            <Tag>{one}</Tag>
          </span>
        ))}
      </Head>
      {workflow.description && <p className={styles.about}>{workflow.description}</p>}
      <Tabs
        label="Of the workflow"
        tabs={tabs}
        value={tab}
        onChange={(next) => void go({ search: { tab: next as WorkflowTab }, replace: true })}
      >
        {tab === 'graph' && <GraphTab definition={workflow.definition} />}
        {tab === 'runs' && <RunsTab workflowId={workflow.id} />}
        {tab === 'versions' && <VersionsTab workflow={workflow} etag={etag} mayWrite={mayRun} />}
        {tab === 'triggers' && <TriggersTab workflow={workflow} etag={etag} mayWrite={mayRun} />}
      </Tabs>
      {run && mayRun && (
        <Suspense>
          <StartDialog workflow={workflow} onClose={() => setRun(false)} />
        </Suspense>
      )}
    </>
  )
}
