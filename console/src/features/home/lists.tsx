import { Link } from '@tanstack/react-router'
import { count, exact } from '../../ui/format/time.ts'
import { Ago } from '../../ui/format/time-text.tsx'
import { Glyph } from '../../ui/glyph.tsx'
import { Icon } from '../../ui/icon.tsx'
import { IconButton } from '../../ui/kit/button.tsx'
import { Tag } from '../../ui/kit/tag.tsx'
import { useDecision } from '../approvals/index.ts'
import { toApprovals, toRun, toRuns, toWorkflow, useRights } from '../shell/index.ts'
import styles from './home.module.css'
import { type Range, useErrors, useUpcoming, useWaiting } from './queries.ts'

/** Approve and reject in place. Approvals with a form are decided on the page of their run. */
export function Waiting() {
  const list = useWaiting()
  const { mayDecide } = useRights()
  const decide = useDecision()
  const { items = [], total = 0 } = list.data ?? {}
  return (
    <section className={styles.block} aria-labelledby="waits">
      <header>
        <h2 id="waits">Waiting for you</h2>
        {total > 0 && <span className={styles.count}>{count(total)}</span>}
        <Link {...toApprovals()} className={styles.all}>
          All <Icon name="chevron" size={11} />
        </Link>
      </header>
      <ul className={styles.rows}>
        {items.map((one) => (
          <li key={one.id} className={styles.item}>
            <Link {...toRun(one.runId)} className={styles.about}>
              <Glyph status="waiting" />
              <span>
                <b className="cut">{one.title}</b>
                <small className="cut">
                  {one.message && `${one.message} · `}
                  <Ago at={one.createdAt} />
                </small>
              </span>
            </Link>
            {mayDecide && !hasForm(one.form) && (
              <>
                <IconButton
                  look="plain"
                  icon="close"
                  label={`Reject: ${one.title}`}
                  disabled={decide.isPending}
                  onClick={() => decide.mutate({ id: one.id, decision: 'reject' })}
                />
                <IconButton
                  look="plain"
                  icon="check"
                  label={`Approve: ${one.title}`}
                  disabled={decide.isPending}
                  onClick={() => decide.mutate({ id: one.id, decision: 'approve' })}
                />
              </>
            )}
          </li>
        ))}
        {list.data && items.length === 0 && (
          <li className={styles.none}>Nothing is waiting. Approvals that runs request appear here.</li>
        )}
      </ul>
    </section>
  )
}

const hasForm = (form: unknown): boolean =>
  Object.keys((form as { properties?: object } | null)?.properties ?? {}).length > 0

export function Failing({ range }: { range: Range }) {
  const list = useErrors(range)
  const items = list.data?.items ?? []
  return (
    <section className={styles.block} aria-labelledby="failing">
      <header>
        <h2 id="failing">Failing</h2>
      </header>
      <ul className={styles.rows}>
        {items.map((one) => (
          <li key={`${one.code} ${one.path} ${one.workflowId}`} className={styles.item}>
            <Link {...toRun(one.runId, nodeOf(one.path))} className={styles.about}>
              <Glyph status="failed" />
              <span>
                <b className="cut">
                  {one.workflowName}
                  {one.path && <span className="faint"> at {one.path}</span>}
                </b>
                <small className="cut" title={one.message}>
                  <span className="mono">{one.code}</span> {one.message} · <Ago at={one.lastAt} />
                </small>
              </span>
            </Link>
            <Link
              {...toRuns({
                status: 'failed',
                error: one.code,
                last: range,
                ...(one.workflowId && { workflow: one.workflowId }),
              })}
              title="All of them"
            >
              <Tag>× {count(one.runs)}</Tag>
            </Link>
          </li>
        ))}
        {list.data && items.length === 0 && (
          <li className={styles.none}>No run has failed in this period.</li>
        )}
      </ul>
    </section>
  )
}

export function Upcoming() {
  const items = useUpcoming().data?.items ?? []
  if (items.length === 0) return null
  return (
    <section className={styles.block} aria-labelledby="next">
      <header>
        <h2 id="next">Next</h2>
      </header>
      <ul className={styles.rows}>
        {items.map((one) => (
          <li key={`${one.workflowId} ${one.triggerKey} ${one.at}`} className={styles.item}>
            <Link {...toWorkflow(one.workflowId)} className={styles.about}>
              <Icon name="calendar" size={14} />
              <span>
                <b className="cut">{one.workflowName}</b>
                <small className="cut">
                  <Ago at={one.at} /> · {exact(one.at)}
                </small>
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  )
}

/** The top-level step that an error comes from. */
const nodeOf = (path: string | null): { node?: string } =>
  path === null ? {} : { node: path.replace(/[:~].*$/, '') }
