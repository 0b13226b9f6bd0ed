import { Link } from '@tanstack/react-router'
import { asProblem } from '../../api/problem.ts'
import { Bars } from '../../ui/chart/bars.tsx'
import { count, plural, shortId } from '../../ui/format/time.ts'
import { Ago } from '../../ui/format/time-text.tsx'
import { Icon } from '../../ui/icon.tsx'
import { ProblemNote, Skeleton } from '../../ui/kit/page.tsx'
import { toRun, toWorkflow } from '../shell/index.ts'
import styles from './integration.module.css'
import { daysOf } from './model/usage.ts'
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

function References({ usage: { referencedBy, agents, exportsCosts }, name }: { usage: Usage; name: string }) {
  const isUnused = referencedBy.length === 0 && agents.length === 0 && !exportsCosts
  return (
    <Part
      title="Named by"
      about={
        isUnused
          ? `No workflow or agent names "${name}". It can be renamed and deleted.`
          : 'Their runs fail if it is renamed or deleted.'
      }
    >
      {!isUnused && (
        <ul className={styles.list} aria-label="Named by">
          {referencedBy.map((one) => (
            <li key={one.workflowId}>
              <Link {...toWorkflow(one.workflowId)}>
                <Icon name="flow" size={14} />
                <span className={`${styles.grow} cut`}>
                  <bdi>{one.workflowName}</bdi>
                </span>
                <span className={styles.end}>workflow</span>
              </Link>
            </li>
          ))}
          {agents.map((one) => (
            <li key={one.agentId}>
              <div>
                <Icon name="agent" size={14} />
                <span className={`${styles.grow} cut`}>
                  <bdi>{one.agentName}</bdi>
                </span>
                <span className={styles.end}>agent</span>
              </div>
            </li>
          ))}
          {exportsCosts && (
            <li>
              <div>
                <Icon name="upload" size={14} />
                <span className={styles.grow}>The scheduled export of costs</span>
              </div>
            </li>
          )}
        </ul>
      )}
    </Part>
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
