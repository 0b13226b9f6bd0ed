import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import type { Schemas } from '../../api/client.ts'
import { asProblem } from '../../api/problem.ts'
import { Bars } from '../../ui/chart/bars.tsx'
import { ChartTable, Legend } from '../../ui/chart/frame.tsx'
import { money, percent } from '../../ui/format/money.ts'
import { bytes, count, duration, plural } from '../../ui/format/time.ts'
import { Ago } from '../../ui/format/time-text.tsx'
import { Glyph } from '../../ui/glyph.tsx'
import { ProblemNote, Skeleton, useTitle } from '../../ui/kit/page.tsx'
import sheet from '../../ui/kit/sheet.module.css'
import { Tabs } from '../../ui/kit/tabs.tsx'
import { Tile, Tiles } from '../../ui/kit/tiles.tsx'
import { toPage } from '../shell/index.ts'
import { AdminFrame } from './frame.tsx'
import { checksOf, runColumns } from './model/health.ts'
import { RANGES, type Range } from './model/search.ts'
import { useQueueFigures, useStats } from './queries.ts'

type Stats = Schemas['AdminStats']

/** Whether the installation works, what it does, and which routes are slow. */
export function Health() {
  useTitle('Admin')
  const { last = '24h' } = useSearch({ from: '/shell/admin' })
  const go = useNavigate({ from: '/admin' })
  const stats = useStats(last)
  return (
    <AdminFrame
      end={
        <Tabs
          look="box"
          label="Time"
          tabs={Object.entries(RANGES).map(([id, { name }]) => ({ id, name }))}
          value={last}
          onChange={(id) => void go({ search: { last: id as Range }, replace: true })}
        />
      }
    >
      <div className={sheet.page}>
        <Checks stats={stats.data} />
        {stats.isError ? (
          <ProblemNote problem={asProblem(stats.error)} onRetry={() => void stats.refetch()} />
        ) : stats.data ? (
          <>
            <Figures stats={stats.data} />
            <RunsOverTime stats={stats.data} />
            <Routes routes={stats.data.routes} />
          </>
        ) : (
          <Skeleton rows={8} height={48} />
        )}
      </div>
    </AdminFrame>
  )
}

/** What needs an administrator, first. */
function Checks({ stats }: { stats: Stats | undefined }) {
  const queues = useQueueFigures()
  if (queues.isError)
    return <ProblemNote problem={asProblem(queues.error)} onRetry={() => void queues.refetch()} />
  if (queues.data === undefined) return null
  const checks = checksOf(queues.data, stats?.audit.unsealed ?? 0)
  const failing = queues.data.cron.tasks.filter(({ error }) => error !== null)
  return (
    <section className={sheet.block} aria-labelledby="checks">
      <header>
        <h2 id="checks">{checks.length === 0 ? 'Everything works' : 'Needs attention'}</h2>
        <span className="faint">
          last tick <Ago at={queues.data.cron.lastTickAt} />
        </span>
      </header>
      {checks.length === 0 ? (
        <p className={sheet.note}>
          No run is stuck, no message is dead or late, and every task of the last tick succeeded.
        </p>
      ) : (
        <ul>
          {checks.map(({ text, tone, to }) => (
            <li key={text} className={sheet.buttons} style={{ minHeight: 28 }}>
              <Glyph status={tone === 'bad' ? 'failed' : 'waiting'} />
              <Link className="link" {...toPage(to)}>
                {text}
              </Link>
            </li>
          ))}
        </ul>
      )}
      {failing.map(({ name, error }) => (
        <p key={name} className={sheet.fault}>
          {name}: {error}
        </p>
      ))}
      <details className="dim">
        <summary>{plural(queues.data.cron.tasks.length, 'task')} of the tick</summary>
        <table className={sheet.lines}>
          <thead>
            <tr>
              <th scope="col">Task</th>
              <th scope="col">Took</th>
              <th scope="col">Result</th>
            </tr>
          </thead>
          <tbody>
            {queues.data.cron.tasks.map((task) => (
              <tr key={task.name}>
                <th scope="row">{task.name}</th>
                <td className="num">{duration(task.durationMs)}</td>
                <td>{task.error ?? 'done'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </section>
  )
}

function Figures({ stats }: { stats: Stats }) {
  const { runs, totals, database } = stats
  const { succeeded, failed, cancelled } = totals.runsEnded
  const answered = totals.webhooks.succeeded + totals.webhooks.failed
  return (
    <>
      <Tiles label="Now">
        <Tile name="Users" value={count(stats.users.total)}>
          {count(stats.users.byStatus.disabled ?? 0)} disabled, {plural(stats.sessions.active, 'session')}
        </Tile>
        <Tile name="Teams" value={count(stats.teams.total)}>
          {count(stats.teams.personal)} personal
        </Tile>
        <Tile name="Runs under way" value={count(runs.running + runs.queued + runs.waiting + runs.paused)}>
          {count(runs.running)} running, {count(runs.queued)} queued
        </Tile>
        <Tile name="Database" value={database.sizeBytes === null ? '–' : bytes(database.sizeBytes)}>
          answers in {duration(database.answerMs)}
        </Tile>
      </Tiles>
      <Tiles label="In this time">
        <Tile name="Runs started" value={count(totals.runsStarted)}>
          {totals.successRate === null ? 'none has ended' : `${percent(totals.successRate)} succeeded`}
        </Tile>
        <Tile name="Runs ended" value={count(succeeded + failed + cancelled)}>
          {count(failed)} failed, {count(cancelled)} cancelled
        </Tile>
        <Tile name="Models" value={money(totals.modelCostUsd)}>
          {count(totals.modelTokens.input + totals.modelTokens.output)} tokens
        </Tile>
        <Tile name="Webhooks" value={count(answered)}>
          {count(totals.webhooks.failed)} failed, {plural(totals.mails, 'mail')}
        </Tile>
      </Tiles>
    </>
  )
}

const SERIES = ['Succeeded', 'Failed', 'Cancelled']
const TONES = ['good', 'bad', 'off'] as const

function RunsOverTime({ stats }: { stats: Stats }) {
  const columns = runColumns(stats)
  return (
    <section className={sheet.block} aria-labelledby="runs">
      <header>
        <h2 id="runs">Ended runs of all teams</h2>
      </header>
      <Bars
        label={`Ended runs of all teams by ${stats.bucket}`}
        series={SERIES}
        tones={TONES}
        columns={columns}
        format={count}
        height={150}
      />
      <Legend names={SERIES} tones={TONES} />
      <ChartTable
        head={stats.bucket === 'hour' ? 'Hour' : 'Day'}
        series={SERIES}
        rows={columns.map(({ id, name, values }) => ({ id, name, cells: values.map(count) }))}
      />
    </section>
  )
}

function Routes({ routes }: { routes: Stats['routes'] }) {
  if (routes.length === 0) return null
  return (
    <section className={sheet.block} aria-labelledby="routes">
      <header>
        <h2 id="routes">Requests by route</h2>
        <span className="faint">the {routes.length} with the most</span>
      </header>
      <div className={sheet.scroll} role="region" aria-label="Requests by route" tabIndex={0}>
        <table className={sheet.table}>
          <thead>
            <tr>
              <th scope="col">Route</th>
              <th scope="col">Requests</th>
              <th scope="col">Failed</th>
              <th scope="col" className="wide-only">
                Mean
              </th>
              <th scope="col">Half within</th>
              <th scope="col" className="wide-only">
                95 % within
              </th>
            </tr>
          </thead>
          <tbody>
            {routes.map((one) => (
              <tr key={`${one.method} ${one.route}`}>
                <th scope="row" className="mono">
                  {one.method} {one.route}
                </th>
                <td>{count(one.requests)}</td>
                <td className={one.errorRate > 0 ? sheet.bad : 'faint'}>{percent(one.errorRate)}</td>
                <td className="wide-only">{duration(one.meanMs)}</td>
                <td>{duration(one.p50Ms)}</td>
                <td className="wide-only">{duration(one.p95Ms)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}
