import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { call, type Schemas } from '../../../api/client.ts'
import { serverNow } from '../../../api/clock.ts'
import { asProblem } from '../../../api/problem.ts'
import { Bars } from '../../../ui/chart/bars.tsx'
import { ChartTable, Legend } from '../../../ui/chart/frame.tsx'
import { percent, usd } from '../../../ui/format/money.ts'
import { count, duration } from '../../../ui/format/time.ts'
import { FilterBar } from '../../../ui/kit/filter-bar.tsx'
import { Empty, ProblemNote, Skeleton, useTitle } from '../../../ui/kit/page.tsx'
import { Chip } from '../../../ui/kit/tag.tsx'
import { toTask, toTasks } from '../../shell/index.ts'
import { TasksFrame } from '../frame.tsx'
import { columnsOf, daysBefore, SERIES } from '../model/figures.ts'
import styles from './figures.module.css'
import { Groups } from './groups.tsx'

const PERIODS = [7, 30, 90]

/** How many tasks there are, how they end and how long they take. */
export function Figures() {
  useTitle('Figures of tasks')
  const { days = 30 } = useSearch({ from: '/shell/tasks/figures' })
  const go = useNavigate({ from: '/tasks/figures' })
  return (
    <TasksFrame>
      <FilterBar>
        {PERIODS.map((one) => (
          <Chip
            key={one}
            pressed={days === one}
            onClick={() => void go({ search: (old) => ({ ...old, days: one }), replace: true })}
          >
            {one} days
          </Chip>
        ))}
      </FilterBar>
      <div className={styles.page}>
        <Now />
        <OverTime days={days} />
        <Groups days={days} />
        <Speed days={days} />
      </div>
    </TasksFrame>
  )
}

function Tile({ name, children, search }: { name: string; children: ReactNode; search?: object }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {search ? (
          <Link {...toTasks(search)} className={styles.figure}>
            {children}
          </Link>
        ) : (
          children
        )}
      </dd>
    </div>
  )
}

function Now() {
  const stats = useQuery({ queryKey: ['tasks', 'stats'], queryFn: () => call('GET /tasks/stats/summary') })
  if (stats.isError)
    return <ProblemNote problem={asProblem(stats.error)} onRetry={() => void stats.refetch()} />
  if (!stats.data) return <Skeleton rows={1} height={64} />
  const { total, open, overdue, successRate, meanDurationMs, p95DurationMs, costUsd } = stats.data
  return (
    <dl className={styles.tiles} aria-label="All tasks">
      <Tile name="Tasks" search={{}}>
        {count(total)}
      </Tile>
      <Tile name="Open" search={{ status: 'draft,blocked,scheduled,queued,running,waiting,paused' }}>
        {count(open)}
      </Tile>
      <Tile name="Overdue" search={{ due: 'overdue' }}>
        {count(overdue)}
      </Tile>
      <Tile name="Succeeded">{successRate === null ? '–' : percent(successRate)}</Tile>
      <Tile name="Mean duration">{duration(meanDurationMs)}</Tile>
      <Tile name="95 % within">{duration(p95DurationMs)}</Tile>
      <Tile name="Cost">{usd(costUsd)}</Tile>
    </dl>
  )
}

function OverTime({ days }: { days: number }) {
  const metrics = useQuery({
    queryKey: ['tasks', 'metrics', 'day', days],
    placeholderData: keepPreviousData,
    queryFn: () =>
      call('GET /tasks/metrics', { query: { groupBy: 'day', from: daysBefore(serverNow(), days) } }),
  })
  if (metrics.isError)
    return <ProblemNote problem={asProblem(metrics.error)} onRetry={() => void metrics.refetch()} />
  if (!metrics.data) return <Skeleton rows={1} height={220} />
  const columns = columnsOf(metrics.data.groups, metrics.data.from, metrics.data.to)
  return (
    <section aria-label="Ended tasks by day" className={styles.section}>
      <h2>Ended tasks by day</h2>
      <Bars label="Ended tasks by day" series={SERIES} columns={columns} format={count} />
      <Legend names={SERIES} />
      <ChartTable
        head="Day"
        series={SERIES}
        rows={columns.map(({ id, values }) => ({ id, name: id, cells: values.map(count) }))}
      />
    </section>
  )
}

const SPREADS = [
  ['durationMs', 'Work', 'From start to end'],
  ['waitMs', 'Wait', 'From the queue to the start'],
  ['leadMs', 'Lead', 'From creation to the end'],
  ['cycleMs', 'Cycle', 'From the queue to the end'],
] as const

function Speed({ days }: { days: number }) {
  const found = useQuery({
    queryKey: ['tasks', 'performance', days],
    placeholderData: keepPreviousData,
    queryFn: () => call('GET /tasks/performance', { query: { from: daysBefore(serverNow(), days) } }),
  })
  if (found.isError)
    return <ProblemNote problem={asProblem(found.error)} onRetry={() => void found.refetch()} />
  if (!found.data) return <Skeleton rows={4} />
  if (found.data.tasks === 0)
    return (
      <Empty icon="bars" title="No task has ended in this time">
        Here you will see how long tasks take and wait.
      </Empty>
    )
  return <Times performance={found.data} />
}

function Times({ performance: of }: { performance: Schemas['TaskPerformance'] }) {
  return (
    <section aria-label="How long tasks take" className={styles.section}>
      <h2>How long tasks take</h2>
      <p className="dim">
        {count(of.tasks)} ended tasks. {of.throughputPerDay.toFixed(1)} succeed a day, {count(of.retries)}{' '}
        retries,{' '}
        {of.costPerSuccessUsd === null ? 'no cost' : `${usd(of.costPerSuccessUsd)} for each that succeeded`}.
      </p>
      <div className={styles.table}>
        <table>
          <thead>
            <tr>
              <th scope="col">Time</th>
              <th scope="col">Half within</th>
              <th scope="col">95 % within</th>
              <th scope="col">Mean</th>
            </tr>
          </thead>
          <tbody>
            {SPREADS.map(([id, name, about]) => (
              <tr key={id}>
                <th scope="row">
                  {name} <span className="faint">{about}</span>
                </th>
                <td>{duration(of[id].p50)}</td>
                <td>{duration(of[id].p95)}</td>
                <td>{duration(of[id].mean)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <h2>Slowest</h2>
      <ol className={styles.slowest}>
        {of.slowest.map(({ id, title, durationMs }) => (
          <li key={id}>
            <Link {...toTask(id)} className="link cut">
              <bdi>{title}</bdi>
            </Link>
            <span className="num">{duration(durationMs)}</span>
          </li>
        ))}
      </ol>
    </section>
  )
}
