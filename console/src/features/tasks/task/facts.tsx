import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { usd } from '../../../ui/format/money.ts'
import { duration, shortId } from '../../../ui/format/time.ts'
import { Ago } from '../../../ui/format/time-text.tsx'
import { CopyButton } from '../../../ui/kit/copy.tsx'
import { Tag } from '../../../ui/kit/tag.tsx'
import { useFileName } from '../../files/index.ts'
import { PersonTag } from '../../people/index.ts'
import { toAgent, toFile, toRun, toTask, toTasks } from '../../shell/index.ts'
import { AgentTag, AssigneeName } from '../assignee.tsx'
import { type Task, useTask } from '../queries.ts'
import { Due, typeName } from '../task-columns.tsx'
import styles from './task.module.css'

export function Facts({ task }: { task: Task }) {
  const { assignee, agentId } = task
  const worker = assignee !== null && 'agentId' in assignee ? assignee.agentId : null
  return (
    <aside className={styles.facts} aria-label="Facts">
      <dl>
        <Fact name="Assignee">
          {worker !== null ? (
            <Link {...toAgent(worker)} className="link">
              <AgentTag id={worker} />
            </Link>
          ) : assignee ? (
            <AssigneeName assignee={assignee} />
          ) : (
            'Nobody'
          )}
        </Fact>
        {agentId !== null && agentId !== worker && (
          <Fact name="Agent">
            <Link {...toAgent(agentId)} className="link">
              <AgentTag id={agentId} />
            </Link>
          </Fact>
        )}
        <Fact name="Priority">{task.priority}</Fact>
        <Fact name="Due">{task.dueAt ? <Due row={task} /> : 'No date'}</Fact>
        <Fact name="Progress">{task.progress} %</Fact>
        <Fact name="Type">{typeName(task.type)}</Fact>
        {task.tags.length > 0 && (
          <Fact name="Tags">
            <span className={styles.tags}>
              {task.tags.map((tag) => (
                <Link key={tag} {...toTasks({ tag })}>
                  <Tag>{tag}</Tag>
                </Link>
              ))}
            </span>
          </Fact>
        )}
        {task.parentId !== null && (
          <Fact name="Part of">
            <TaskLink id={task.parentId} />
          </Fact>
        )}
        {task.occurrenceOf !== null && (
          <Fact name="Occurrence">
            {task.occurrence} of <TaskLink id={task.occurrenceOf} />
          </Fact>
        )}
        {task.runId !== null && (
          <Fact name="Run">
            <Link {...toRun(task.runId)} className="link mono">
              {shortId(task.runId)}
            </Link>
          </Fact>
        )}
        <Fact name="Executed">
          {task.attempt === 0 ? 'Never' : task.attempt === 1 ? 'Once' : `${task.attempt} times`}
        </Fact>
        {task.durationMs !== null && <Fact name="Duration">{duration(task.durationMs)}</Fact>}
        <Fact name="Cost">{usd(task.costUsd)}</Fact>
        <Fact name="Attempts of a step">{task.retry.attempts}</Fact>
        {task.timeoutMs !== null && <Fact name="Time limit">{duration(task.timeoutMs)}</Fact>}
        <Fact name="Created">
          <Ago at={task.createdAt} />
        </Fact>
        <Fact name="Created by">
          <PersonTag id={task.createdBy} />
        </Fact>
        {task.queuedAt && (
          <Fact name="Queued">
            <Ago at={task.queuedAt} />
          </Fact>
        )}
        {task.startedAt && (
          <Fact name="Started">
            <Ago at={task.startedAt} />
          </Fact>
        )}
        {task.finishedAt && (
          <Fact name="Ended">
            <Ago at={task.finishedAt} />
          </Fact>
        )}
        {task.files.length > 0 && (
          <Fact name="Files">
            {task.files.map((id) => (
              <FileLink key={id} id={id} />
            ))}
          </Fact>
        )}
        <Fact name="Id">
          <span className="mono" title={task.id}>
            {shortId(task.id)}
          </span>
          <CopyButton label="Copy the id" text={task.id} />
        </Fact>
      </dl>
    </aside>
  )
}

const Fact = ({ name, children }: { name: string; children: ReactNode }) => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
)

function FileLink({ id }: { id: string }) {
  const name = useFileName(id).data
  return (
    <Link {...toFile(id)} className="link">
      <bdi>{name ?? shortId(id)}</bdi>
    </Link>
  )
}

function TaskLink({ id }: { id: string }) {
  const title = useTask(id).data?.task.title
  return (
    <Link {...toTask(id)} className="link">
      <bdi>{title ?? shortId(id)}</bdi>
    </Link>
  )
}
