import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { asProblem } from '../../../api/problem.ts'
import { count } from '../../../ui/format/time.ts'
import { Glyph } from '../../../ui/glyph.tsx'
import { Button } from '../../../ui/kit/button.tsx'
import { ProblemNote, Skeleton } from '../../../ui/kit/page.tsx'
import { Tag } from '../../../ui/kit/tag.tsx'
import { shownStatus, statusLabel } from '../../../ui/status.ts'
import { useRowKeys } from '../../../ui/use-row-keys.ts'
import { toTask } from '../../shell/index.ts'
import { hasEnded, isAtWork } from '../model/verbs.ts'
import { useUpdate, useWaive } from '../mutations.ts'
import { type Task, useGraph } from '../queries.ts'
import { TaskField } from '../task-field.tsx'
import { TaskGraph } from '../task-graph.tsx'
import styles from './task.module.css'
import type { TabProps } from './work-tab.tsx'

type Dependency = Task['dependsOn'][number]

export function DependenciesTab({ task, mayRun }: TabProps) {
  const box = useRowKeys<HTMLDivElement>()
  const graph = useGraph(task.id)
  const titles = new Map(graph.data?.nodes.map(({ id, title }) => [id, title]))
  const dependants = graph.data?.edges.filter(({ from }) => from === task.id) ?? []
  return (
    <div className={styles.dependencies}>
      <div className={styles.side}>
        <section aria-label="Waits for">
          <h2>Waits for</h2>
          <p className="dim">{POLICY[task.onDependencyFailure]}</p>
          <Needs task={task} titleOf={(id) => titles.get(id) ?? id} mayRun={mayRun} />
        </section>
        <section aria-label="Waited for by">
          <h2>Waited for by</h2>
          {dependants.length === 0 ? (
            <p className="faint">No task waits for this one.</p>
          ) : (
            <ul className={styles.needs}>
              {dependants.map(({ to }) => (
                <li key={to}>
                  <Link {...toTask(to)} className="link cut">
                    <bdi>{titles.get(to)}</bdi>
                  </Link>
                </li>
              ))}
            </ul>
          )}
        </section>
      </div>
      <div className={styles.graph} ref={box}>
        {graph.isError ? (
          <ProblemNote problem={asProblem(graph.error)} onRetry={() => void graph.refetch()} />
        ) : graph.data === undefined ? (
          <Skeleton rows={6} height={60} />
        ) : (
          <>
            {graph.data.truncated && (
              <p className="dim">
                The graph is too large. These are {count(graph.data.nodes.length)} of its tasks.
              </p>
            )}
            <TaskGraph graph={graph.data} current={task.id} />
          </>
        )}
      </div>
    </div>
  )
}

const POLICY = {
  block: 'If one of them does not succeed, this task waits until it is retried or waived.',
  skip: 'If one of them does not succeed, this task is skipped.',
  run: 'If one of them does not succeed, this task starts anyway.',
}

type NeedsProps = { task: Task; titleOf: (id: string) => string; mayRun: boolean }

function Needs({ task, titleOf, mayRun }: NeedsProps) {
  const update = useUpdate(task.id)
  const waive = useWaive(task.id)
  const [isStrict, setStrict] = useState(true)
  // The work of an active task cannot be changed.
  const mayChange = mayRun && !isAtWork(task.status)
  const set = (dependsOn: { taskId: string; on: 'success' | 'end' }[]) =>
    update.mutate({ body: { dependsOn } })
  const now = task.dependsOn.map(({ taskId, on }) => ({ taskId, on }))
  return (
    <>
      {task.dependsOn.length === 0 && <p className="faint">It waits for no other task.</p>}
      <ul className={styles.needs}>
        {task.dependsOn.map((one) => {
          const status = shownStatus(one.status)
          return (
            <li key={one.taskId}>
              <Glyph status={status} size={12} />
              <span className="unseen">{statusLabel(status)}</span>
              <Link {...toTask(one.taskId)} className="link cut">
                <bdi>{titleOf(one.taskId)}</bdi>
              </Link>
              {one.on === 'end' && <Tag title="Any end is enough">any end</Tag>}
              {one.waived && <Tag>waived</Tag>}
              <span className={styles.end}>
                {mayRun && isOpen(one) && !hasEnded(task.status) && (
                  <Button
                    size="small"
                    busy={waive.isPending && waive.variables === one.taskId}
                    onClick={() => waive.mutate(one.taskId)}
                  >
                    Waive
                  </Button>
                )}
                {mayChange && (
                  <Button
                    size="small"
                    look="quiet"
                    icon="close"
                    foldsText
                    disabled={update.isPending}
                    onClick={() => set(now.filter(({ taskId }) => taskId !== one.taskId))}
                  >
                    Remove
                  </Button>
                )}
              </span>
            </li>
          )
        })}
      </ul>
      {mayChange && (
        <div className={styles.form}>
          <TaskField
            label="Add a task to wait for"
            value={null}
            except={[task.id, ...now.map(({ taskId }) => taskId)]}
            onChange={(chosen) =>
              chosen && set([...now, { taskId: chosen.id, on: isStrict ? 'success' : 'end' }])
            }
          />
          <label className={styles.check}>
            <input type="checkbox" checked={isStrict} onChange={(event) => setStrict(event.target.checked)} />{' '}
            It has to succeed
          </label>
        </div>
      )}
      {update.isError && <ProblemNote problem={asProblem(update.error)} />}
    </>
  )
}

/** Neither met nor waived. */
const isOpen = ({ status, on, waived }: Dependency): boolean =>
  !waived && status !== 'succeeded' && (on === 'success' || !hasEnded(status as Task['status']))
