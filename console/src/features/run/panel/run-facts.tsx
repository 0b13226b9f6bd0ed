import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { usd } from '../../../ui/format/money.ts'
import { count, exact, plural } from '../../../ui/format/time.ts'
import { Glyph } from '../../../ui/glyph.tsx'
import { CopyButton } from '../../../ui/kit/copy.tsx'
import { shownStatus } from '../../../ui/status.ts'
import { toWorkflow } from '../../shell/index.ts'
import { useChildren } from '../queries.ts'
import { useRunView } from '../run-view.ts'
import styles from './panel.module.css'

const runLink = (id: string) => (
  <Link to="/runs/$id" params={{ id }} className="link mono">
    {id}
  </Link>
)

export function RunFacts() {
  const { run } = useRunView()
  const { cost, trigger } = run
  const facts: [string, ReactNode][] = [
    [
      'Id',
      <span className="mono" key="id">
        {run.id} <CopyButton text={run.id} label="Copy the id" />
      </span>,
    ],
    [
      'Workflow',
      run.workflowId === null ? (
        run.workflowName
      ) : (
        <Link key="workflow" {...toWorkflow(run.workflowId)} className="link">
          {run.workflowName}
        </Link>
      ),
    ],
    ['Version', run.workflowVersion === 0 ? 'The draft' : run.workflowVersion],
    ['Started by', describeTrigger(trigger)],
    ['Created', exact(run.createdAt)],
    ['Began', run.startedAt && exact(run.startedAt)],
    ['Ended', run.finishedAt && exact(run.finishedAt)],
    ['Cost', cost.usd > 0 && usd(cost.usd)],
    [
      'Tokens',
      cost.inputTokens + cost.outputTokens > 0 &&
        `${count(cost.inputTokens)} in, ${count(cost.outputTokens)} out`,
    ],
    ['Came from', run.parentRunId && runLink(run.parentRunId)],
    ['Retried by', run.retriedBy && runLink(run.retriedBy)],
    ['Undone by', run.compensatedBy && runLink(run.compensatedBy)],
    ['Cancelled by', run.cancelledBy],
    ['Tags', run.tags.join(', ')],
    ['Mocked', run.mocked && 'The start contained mocks for steps'],
    ...Object.entries(run.metadata).map(([name, value]): [string, ReactNode] => [name, String(value)]),
  ]
  return (
    <>
      <dl className={styles.facts}>
        {facts
          .filter(([, value]) => value !== null && value !== false && value !== '')
          .map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd dir="auto">{value}</dd>
            </div>
          ))}
      </dl>
      <Children id={run.id} />
    </>
  )
}

function describeTrigger({ type, ...rest }: { type: string }): string {
  const { key } = rest as { key?: unknown }
  return typeof key === 'string' ? `${type}, ${key}` : type
}

/** The runs that it started, and those that follow it. */
function Children({ id }: { id: string }) {
  const { data } = useChildren(id)
  if (!data || data.items.length === 0) return null
  return (
    <section className={styles.children}>
      <h3>{plural(data.total ?? data.items.length, 'run')} came from it</h3>
      <ul>
        {data.items.map((one) => (
          <li key={one.id}>
            <Link to="/runs/$id" params={{ id: one.id }}>
              <Glyph
                status={shownStatus(
                  one.status,
                  one.waitingFor.map(({ kind }) => kind),
                )}
              />
              <b className="cut">{one.title ?? one.workflowName}</b>
              <span className="faint">{one.trigger.type}</span>
              <span className="mono faint">{one.id.slice(-6)}</span>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  )
}
