import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { call } from '../../api/client.ts'
import { asProblem } from '../../api/problem.ts'
import { shortId } from '../../ui/format/time.ts'
import { Ago } from '../../ui/format/time-text.tsx'
import { Icon, type IconName } from '../../ui/icon.tsx'
import { More } from '../../ui/kit/more.tsx'
import { Empty, Skeleton } from '../../ui/kit/page.tsx'
import { PageProblem, toRun } from '../shell/index.ts'
import styles from './files.module.css'
import { type FileUse, useUses } from './queries.ts'

const KINDS: Record<FileUse['kind'], { name: string; icon: IconName }> = {
  run: { name: 'Run', icon: 'wave' },
  task: { name: 'Task', icon: 'checklist' },
  agent: { name: 'Agent', icon: 'agent' },
  deployment: { name: 'Deployment', icon: 'globe' },
}

/** The runs that got the file in their input, and what else uses it. */
export function UsesTab({ fileId }: { fileId: string }) {
  const list = useUses(fileId)
  if (list.isError) return <PageProblem problem={asProblem(list.error)} onRetry={() => void list.refetch()} />
  if (list.isPending) return <Skeleton rows={4} height={48} />
  const uses = list.data.pages.flatMap((page) => page.items)
  if (uses.length === 0)
    return (
      <Empty icon="wave" title="Not used yet">
        Runs with the file in their input, and deployments that publish it, appear here.
      </Empty>
    )
  return (
    <>
      <ul className={styles.list}>
        {uses.map((use) => (
          <li key={use.id}>
            <Icon name={KINDS[use.kind].icon} size={15} />
            <div>
              <Use use={use} />
              <small>
                {KINDS[use.kind].name} <span className="mono">{shortId(use.id)}</span>, since{' '}
                <Ago at={use.createdAt} />
              </small>
            </div>
          </li>
        ))}
      </ul>
      <More of={list} className={styles.more}>
        More of {list.data.pages[0]?.total}
      </More>
    </>
  )
}

/** With its name, if it still exists. */
function Use({ use }: { use: FileUse }) {
  const name = useQuery({
    queryKey: ['file-user', use.id],
    staleTime: 60_000,
    retry: false,
    queryFn: () => nameOf(use),
  }).data
  const text = name ?? `${KINDS[use.kind].name} ${shortId(use.id)}`
  if (use.kind !== 'run') return <b className="cut">{text}</b>
  return (
    <Link {...toRun(use.id)} className="cut">
      <b>
        <bdi>{text}</bdi>
      </b>
    </Link>
  )
}

async function nameOf({ kind, id }: FileUse): Promise<string> {
  const params = { id }
  switch (kind) {
    case 'run': {
      const run = await call('GET /runs/{id}', { params })
      return run.title ?? run.workflowName
    }
    case 'task':
      return (await call('GET /tasks/{id}', { params })).title
    case 'agent':
      return (await call('GET /agents/{id}', { params })).name
    case 'deployment':
      return (await call('GET /deployments/{id}', { params })).project
  }
}
