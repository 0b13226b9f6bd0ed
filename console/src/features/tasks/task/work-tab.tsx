import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { download, type Schemas } from '../../../api/client.ts'
import { asProblem } from '../../../api/problem.ts'
import { usd } from '../../../ui/format/money.ts'
import { duration } from '../../../ui/format/time.ts'
import { Ago, Elapsed } from '../../../ui/format/time-text.tsx'
import { Glyph } from '../../../ui/glyph.tsx'
import { Button } from '../../../ui/kit/button.tsx'
import { Json } from '../../../ui/kit/json.tsx'
import { Skeleton } from '../../../ui/kit/page.tsx'
import { showProblem } from '../../../ui/kit/toast.tsx'
import { Markdown } from '../../../ui/markdown/markdown.tsx'
import { saveFile } from '../../../ui/save-file.ts'
import { shownStatus, statusLabel } from '../../../ui/status.ts'
import { toApprovals, toRun } from '../../shell/index.ts'
import { wordsOf } from '../model/reason.ts'
import { hasEnded } from '../model/verbs.ts'
import { type Task, useSteps } from '../queries.ts'
import { Facts } from './facts.tsx'
import styles from './task.module.css'

export type TabProps = { task: Task; mayRun: boolean }

export function WorkTab({ task }: TabProps) {
  return (
    <div className={styles.work}>
      <div className={styles.main}>
        <Now task={task} />
        {task.description && <p className={styles.text}>{task.description}</p>}
        {task.error && (
          <section className={styles.failure} aria-label="Error">
            <b>{task.error.message}</b>
            <p className="mono dim">
              {task.error.code}
              {task.error.path && ` at ${task.error.path}`}
            </p>
          </section>
        )}
        <Steps task={task} />
        <Result task={task} />
        <Json title="Input" value={task.input} empty="None" />
        {Object.keys(task.metadata).length > 0 && <Json title="Metadata" value={task.metadata} />}
      </div>
      <Facts task={task} />
    </div>
  )
}

/** One sentence about what happens now. */
function Now({ task }: { task: Task }) {
  const { status, reason, place, lease, startedAt, statusSince } = task
  if (status === 'draft') return <p className="dim">Nobody has started it. Execute starts it.</p>
  if (lease)
    return (
      <p className="dim">
        The worker <b>{lease.by}</b> has it, until <Ago at={lease.until} /> unless it reports.
      </p>
    )
  if (status === 'queued')
    return (
      <p className="dim">
        {reason?.message ?? 'It waits in the queue.'} {place !== null && `Place ${place}.`}
      </p>
    )
  if (status === 'running')
    return (
      <p className="dim">
        At work for <Elapsed since={startedAt} />, {task.progress} % done.
      </p>
    )
  if (reason !== null && !hasEnded(status))
    return (
      <p className="dim">
        {wordsOf(reason)} Since <Ago at={statusSince} />.{' '}
        {reason.code === 'approval' && (
          <Link {...toApprovals()} className="link">
            Go to the approvals
          </Link>
        )}
      </p>
    )
  return null
}

function Steps({ task }: { task: Task }) {
  const steps = useSteps(task)
  if (task.runId === null || task.children > 0) return null
  return (
    <section aria-label="Steps" className={styles.section}>
      <h2>
        Steps
        <Link {...toRun(task.runId)} className="link">
          Open the run
        </Link>
      </h2>
      {steps.data === undefined ? (
        <Skeleton rows={3} height={30} />
      ) : (
        <ol className={styles.steps}>
          {steps.data.steps.map((step) => {
            const status = shownStatus(step.status)
            return (
              <li key={step.path}>
                <Link {...toRun(task.runId ?? '', { node: step.path })}>
                  <Glyph status={status} />
                  <span className="unseen">{statusLabel(status)}</span>
                  <b className="cut">
                    <bdi>{step.name}</bdi>
                  </b>
                  {step.attempt > 1 && <span className="faint">{step.attempt} tries</span>}
                  <span className={`cut ${styles.said}`}>
                    {step.error ? (
                      <span className={styles.bad}>{step.error.message}</span>
                    ) : (
                      (saidOf(step) ?? step.output)
                    )}
                  </span>
                  {step.costUsd ? <span className="num faint">{usd(step.costUsd)}</span> : null}
                  <span className="num dim">
                    {step.finishedAt ? duration(step.durationMs) : <Elapsed since={step.startedAt} />}
                  </span>
                </Link>
              </li>
            )
          })}
        </ol>
      )}
    </section>
  )
}

/** The Markdown in a result: the report of research, the text of an agent. */
function writtenIn(result: unknown): string | null {
  if (typeof result !== 'object' || result === null) return null
  const { report, text } = result as { report?: unknown; text?: unknown }
  return [report, text].find((one): one is string => typeof one === 'string' && one.includes('\n')) ?? null
}

/** The last line of its log, without those about its status, which the sign shows. */
const saidOf = ({ log }: Schemas['TaskStep']): string | undefined =>
  log.findLast(({ message }) => !message.startsWith('node.'))?.message

function Result({ task }: { task: Task }) {
  const [isBusy, setBusy] = useState(false)
  const written = writtenIn(task.result)
  if (!task.resultOmitted)
    return task.result === null ? null : (
      <>
        {written !== null && (
          <section className={styles.section} aria-label="Text">
            <h2>Text</h2>
            <Markdown text={written} />
          </section>
        )}
        <Json title="Result" value={task.result} />
      </>
    )
  async function save() {
    setBusy(true)
    try {
      saveFile(
        await download('GET /runs/{id}/output', { params: { id: task.runId ?? '' } }),
        `${task.title}.json`,
      )
    } catch (error) {
      showProblem(asProblem(error))
    } finally {
      setBusy(false)
    }
  }
  return (
    <section className={styles.section} aria-label="Result">
      <h2>Result</h2>
      <p className="dim">It is too large to be shown here.</p>
      <div>
        <Button icon="download" busy={isBusy} onClick={() => void save()}>
          Download the result
        </Button>
      </div>
    </section>
  )
}
