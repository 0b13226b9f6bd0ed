import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { call, type Schemas } from '../../../api/client.ts'
import { serverNow } from '../../../api/clock.ts'
import { asProblem } from '../../../api/problem.ts'
import { usd } from '../../../ui/format/money.ts'
import { count, duration } from '../../../ui/format/time.ts'
import { ProblemNote, Skeleton } from '../../../ui/kit/page.tsx'
import { Tabs } from '../../../ui/kit/tabs.tsx'
import { PersonTag } from '../../people/index.ts'
import { AgentTag } from '../assignee.tsx'
import { daysBefore } from '../model/figures.ts'
import { typeName } from '../task-columns.tsx'
import styles from './figures.module.css'

type By = 'type' | 'assignee' | 'agent'
type Group = Schemas['TaskMetrics']['groups'][number]

const BY: { id: By; name: string }[] = [
  { id: 'type', name: 'Type' },
  { id: 'assignee', name: 'Assignee' },
  { id: 'agent', name: 'Agent' },
]

/** The figures of each type, assignee or agent. */
export function Groups({ days }: { days: number }) {
  const [by, setBy] = useState<By>('type')
  const found = useQuery({
    queryKey: ['tasks', 'metrics', by, days],
    placeholderData: keepPreviousData,
    queryFn: async () => ({
      by,
      ...(await call('GET /tasks/metrics', { query: { groupBy: by, from: daysBefore(serverNow(), days) } })),
    }),
  })
  return (
    <section aria-label="By kind" className={styles.section}>
      <h2>
        By <Tabs look="box" label="Group by" tabs={BY} value={by} onChange={(next) => setBy(next as By)} />
      </h2>
      {found.isError ? (
        <ProblemNote problem={asProblem(found.error)} onRetry={() => void found.refetch()} />
      ) : !found.data ? (
        <Skeleton rows={4} />
      ) : found.data.groups.length === 0 ? (
        <p className="faint">No task was created or has ended in this time.</p>
      ) : (
        <GroupTable by={found.data.by} groups={found.data.groups} isCut={found.data.truncated} />
      )}
    </section>
  )
}

function GroupTable({ by, groups, isCut }: { by: By; groups: Group[]; isCut: boolean }) {
  return (
    <div className={styles.table}>
      <table>
        <thead>
          <tr>
            <th scope="col">{BY.find(({ id }) => id === by)?.name}</th>
            {['Created', 'Succeeded', 'Failed', 'Cancelled', 'Retries', 'Mean duration', 'Cost'].map(
              (name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ),
            )}
          </tr>
        </thead>
        <tbody>
          {groups.map((group) => (
            <tr key={group[by] ?? 'none'}>
              <th scope="row">
                <GroupName by={by} id={group[by] ?? null} />
              </th>
              <td>{count(group.created)}</td>
              <td>{count(group.succeeded)}</td>
              <td>{count(group.failed)}</td>
              <td>{count(group.cancelled + group.skipped)}</td>
              <td>{count(group.retries)}</td>
              <td>{duration(group.meanDurationMs)}</td>
              <td>{usd(group.costUsd)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {isCut && <p className="dim">There are more groups than these.</p>}
    </div>
  )
}

function GroupName({ by, id }: { by: By; id: string | null }) {
  if (id === null || id === '') return <span className="faint">{by === 'agent' ? 'No agent' : 'Nobody'}</span>
  if (by === 'type') return typeName(id)
  return id.startsWith('agt_') ? <AgentTag id={id} /> : <PersonTag id={id} />
}
