import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { asProblem } from '../../api/problem.ts'
import { buttonClass } from '../../ui/kit/button.tsx'
import { Head, ProblemNote, Skeleton, useTitle } from '../../ui/kit/page.tsx'
import { Tabs } from '../../ui/kit/tabs.tsx'
import { statusLabel, toneOf } from '../../ui/status.ts'
import { ActivityChart } from '../runs/index.ts'
import { LiveDot, toRuns, toWorkflows, useRights } from '../shell/index.ts'
import { FirstSteps } from './first-steps.tsx'
import styles from './home.module.css'
import { Failing, Upcoming, Waiting } from './lists.tsx'
import { RANGES, type Range, useFigures, useRunCount } from './queries.ts'
import { Tiles } from './tiles.tsx'
import { useLiveOverview } from './use-live-overview.ts'
import { WorkflowRows } from './workflow-rows.tsx'

/** A team with few runs sees how to start. */
const FEW_RUNS = 3
const LEGEND = ['succeeded', 'waiting', 'running', 'failed']

export function Home() {
  useTitle('Overview')
  useLiveOverview()
  const { last = '24h' } = useSearch({ from: '/shell/' })
  const go = useNavigate({ from: '/' })
  const figures = useFigures(last)
  const runs = useRunCount()
  const { mayRun } = useRights()
  const isNew = runs.data !== undefined && runs.data.total < FEW_RUNS
  return (
    <>
      <Head
        title="Overview"
        end={
          <>
            <span className="wide-only">
              <Tabs
                look="box"
                label="Time"
                tabs={Object.entries(RANGES).map(([id, { name }]) => ({ id, name }))}
                value={last}
                onChange={(id) =>
                  void go({ search: (old) => ({ ...old, last: id as Range }), replace: true })
                }
              />
            </span>
            {mayRun && (
              <Link {...toWorkflows()} className={buttonClass({ look: isNew ? 'plain' : 'primary' })}>
                Start a run
              </Link>
            )}
          </>
        }
      >
        <LiveDot />
      </Head>
      <div className={styles.home}>
        {isNew && mayRun && <FirstSteps />}
        {figures.isError ? (
          <ProblemNote problem={asProblem(figures.error)} onRetry={() => void figures.refetch()} />
        ) : figures.data ? (
          <>
            <Tiles figures={figures.data} />
            <section className={styles.block} aria-labelledby="over-time">
              <header>
                <h2 id="over-time">Runs over time</h2>
                <div className={styles.legend} aria-hidden="true">
                  {LEGEND.map((status) => (
                    <span key={status} data-tone={toneOf(status)}>
                      <i />
                      {statusLabel(status)}
                    </span>
                  ))}
                </div>
              </header>
              <div className={styles.chart}>
                <ActivityChart
                  points={figures.data.series.points}
                  from={figures.data.from}
                  to={figures.data.to}
                  bucket={figures.data.bucket}
                  height={132}
                  axis
                  onRange={(from, to) =>
                    void go(toRuns({ from: new Date(from).toISOString(), to: new Date(to).toISOString() }))
                  }
                />
              </div>
            </section>
          </>
        ) : (
          <Skeleton rows={4} height={60} />
        )}
        <div className={styles.columns}>
          <WorkflowRows />
          <div className={styles.stack}>
            <Waiting />
            <Failing range={last} />
            <Upcoming />
          </div>
        </div>
      </div>
    </>
  )
}
