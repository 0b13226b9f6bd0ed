import { Link } from '@tanstack/react-router'
import { asProblem } from '../../api/problem.ts'
import { Bars } from '../../ui/chart/bars.tsx'
import { count, plural, shortId } from '../../ui/format/time.ts'
import { Ago } from '../../ui/format/time-text.tsx'
import { Icon, type IconName } from '../../ui/icon.tsx'
import { ProblemNote, Skeleton } from '../../ui/kit/page.tsx'
import { toAgent, toRun, toTask, toWorkflow } from '../shell/index.ts'
import styles from './integration.module.css'
import { daysOf, type User, usersOf } from './model/usage.ts'
import { Part } from './overview.tsx'
import { USAGE_DAYS, type Usage, useUsage } from './queries.ts'

export function UsageTab({ id, name }: { id: string; name: string }) {
  const usage = useUsage(id)
  if (usage.isError)
    return <ProblemNote problem={asProblem(usage.error)} onRetry={() => void usage.refetch()} />
  if (!usage.data) return <Skeleton rows={4} />
  return (
    <>
      <References usage={usage.data} name={name} />
      <Calls usage={usage.data} />
    </>
  )
}

function References({ usage, name }: { usage: Usage; name: string }) {
  const users = usersOf(usage)
  const isUnused = users.length === 0
  return (
    <Part
      title="Named by"
      about={
        isUnused
          ? `Nothing names "${name}". It can be renamed and deleted.`
          : 'Their runs fail if it is renamed or deleted.'
      }
    >
      {!isUnused && (
        <ul className={styles.list} aria-label="Named by">
          {users.map(({ id, name: user, kind }) => (
            <li key={`${kind} ${id}`}>
              {PAGE_OF[kind] ? (
                <Link {...PAGE_OF[kind](id)}>
                  <UserName name={user} kind={kind} />
                </Link>
              ) : (
                <div>
                  <UserName name={user} kind={kind} />
                </div>
              )}
            </li>
          ))}
        </ul>
      )}
    </Part>
  )
}

const PAGE_OF: { [Kind in User['kind']]?: typeof toTask } = {
  workflow: toWorkflow,
  agent: toAgent,
  task: toTask,
}

const ICON_OF: Record<User['kind'], IconName> = {
  workflow: 'flow',
  agent: 'agent',
  task: 'checklist',
  'task template': 'checklist',
  export: 'upload',
}

function UserName({ name, kind }: Pick<User, 'name' | 'kind'>) {
  return (
    <>
      <Icon name={ICON_OF[kind]} size={14} />
      <span className={`${styles.grow} cut`}>
        <bdi>{name}</bdi>
      </span>
      {kind !== 'export' && <span className={styles.end}>{kind}</span>}
    </>
  )
}

function Calls({ usage }: { usage: Usage }) {
  const calls = usage.days.reduce((sum, day) => sum + day.calls, 0)
  return (
    <Part
      title={`Used in the last ${USAGE_DAYS} days`}
      about={calls === 0 ? 'No run has used it in this time.' : `${plural(calls, 'call')}, by day (UTC).`}
    >
      {calls > 0 && (
        <>
          <Bars
            label="Calls by day"
            series={['Calls']}
            columns={daysOf(usage.since, usage.days, USAGE_DAYS).map(({ day, calls: number }) => ({
              id: day,
              name: `${Number(day.slice(8))}`,
              values: [number],
            }))}
            format={count}
            height={120}
          />
          <ul className={styles.list} aria-label="By workflow">
            {usage.workflows.map((one) => (
              <li key={one.workflowId ?? 'none'}>
                {one.workflowId !== null && one.workflowName !== null ? (
                  <Link {...toWorkflow(one.workflowId)}>
                    <WorkflowUse one={one} />
                  </Link>
                ) : (
                  <div>
                    <WorkflowUse one={one} />
                  </div>
                )}
              </li>
            ))}
          </ul>
          <h2>Last runs</h2>
          <ul className={styles.list} aria-label="Last runs">
            {usage.runs.map((one) => (
              <li key={one.runId}>
                <Link {...toRun(one.runId)}>
                  <span className="mono">{shortId(one.runId)}</span>
                  <span className={styles.grow}>{plural(one.calls, 'call')}</span>
                  <span className={styles.end}>
                    <Ago at={one.lastUsedAt} />
                  </span>
                </Link>
              </li>
            ))}
          </ul>
        </>
      )}
    </Part>
  )
}

function WorkflowUse({ one }: { one: Usage['workflows'][number] }) {
  return (
    <>
      <span className={`${styles.grow} cut`}>
        {one.workflowName === null ? (
          <span className="faint">
            {one.workflowId === null ? 'Without a workflow' : 'A deleted workflow'}
          </span>
        ) : (
          <bdi>{one.workflowName}</bdi>
        )}
      </span>
      <span className={`${styles.end} num`}>
        {plural(one.calls, 'call')} in {plural(one.runs, 'run')}
      </span>
      <span className={styles.end}>
        <Ago at={one.lastUsedAt} />
      </span>
    </>
  )
}
