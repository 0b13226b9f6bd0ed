import { Link } from '@tanstack/react-router'
import { RunStrip, type StripRun } from '../../ui/chart/run-strip.tsx'
import { count, duration } from '../../ui/format/time.ts'
import { Empty, Skeleton } from '../../ui/kit/page.tsx'
import { toWorkflow } from '../shell/index.ts'
import styles from './home.module.css'
import { useRecentWorkflows } from './queries.ts'

const LOW = 0.95

export function WorkflowRows() {
  const list = useRecentWorkflows()
  const items = (list.data?.items ?? []).toSorted((a, b) =>
    lastRun(b.recent).localeCompare(lastRun(a.recent)),
  )
  return (
    <section className={styles.block} aria-labelledby="workflows">
      <header>
        <h2 id="workflows">Workflows</h2>
        <span className="faint wide-only">
          The last 32 runs of each. Height is duration, colour is the result
        </span>
      </header>
      {list.isPending ? (
        <Skeleton rows={4} height={58} />
      ) : items.length === 0 ? (
        <Empty icon="flow" title="No workflow yet">
          A workflow is a graph of steps. The workflows of the team appear here with their latest runs.
        </Empty>
      ) : (
        <ul className={styles.rows}>
          {items.map((one) => (
            <WorkflowRow key={one.id} id={one.id} name={one.name} recent={one.recent ?? []} />
          ))}
        </ul>
      )}
    </section>
  )
}

const lastRun = (recent: StripRun[] | undefined): string => recent?.[0]?.createdAt ?? ''

function WorkflowRow({ id, name, recent }: { id: string; name: string; recent: StripRun[] }) {
  const ended = recent.filter((run) => run.status === 'succeeded' || run.status === 'failed')
  const good = ended.filter((run) => run.status === 'succeeded').length
  const times = ended.map((run) => run.durationMs ?? 0).sort((a, b) => a - b)
  const half = times[Math.floor((times.length - 1) / 2)]
  return (
    <li>
      <Link {...toWorkflow(id)} className={styles.flow}>
        <span>
          <b className="cut">{name}</b>
          <small className="num">
            {recent.length === 0
              ? 'never run'
              : `${recent.length === 32 ? 'last 32' : count(recent.length)} ${recent.length === 1 ? 'run' : 'runs'}${half === undefined ? '' : `, half within ${duration(half)}`}`}
          </small>
        </span>
        <RunStrip runs={recent} />
        <span className="num" data-low={ended.length > 0 && good / ended.length < LOW}>
          {ended.length === 0 ? '–' : `${Math.floor((good / ended.length) * 100)} %`}
        </span>
      </Link>
    </li>
  )
}
