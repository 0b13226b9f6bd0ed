import { Link } from '@tanstack/react-router'
import type { ComponentProps } from 'react'
import { duration, exact } from '../../ui/format/time.ts'
import { Ago, useSeconds } from '../../ui/format/time-text.tsx'
import { Glyph } from '../../ui/glyph.tsx'
import { Json } from '../../ui/kit/json.tsx'
import { PersonName } from '../people/index.ts'
import { toRun, toWorkflow, useMe } from '../shell/index.ts'
import styles from './approvals.module.css'
import { Decide } from './decide.tsx'
import { isOwnRun, whyNot } from './model/right.ts'
import type { Approval } from './queries.ts'

export const GLYPHS = {
  pending: 'waiting',
  approved: 'succeeded',
  rejected: 'failed',
  timeout: 'cancelled',
  cancelled: 'cancelled',
} as const

type Props = {
  approval: Approval
  isCurrent: boolean
  mayDecide: boolean
  busyWith: string | null
  onHover: () => void
  onDecide: ComponentProps<typeof Decide>['onDecide']
}

/** One approval: what is asked of whom, what was decided so far, and the decision. */
export function Item({ approval: one, isCurrent, mayDecide, busyWith, onHover, onDecide }: Props) {
  const me = useMe().data
  const isOpen = one.status === 'pending'
  const reason = me === undefined ? null : whyNot(one, me)
  return (
    <li className={styles.item} data-current={isCurrent} onPointerMove={onHover}>
      <Glyph status={GLYPHS[one.status]} size={16} />
      <div className={styles.about}>
        <Link {...toRun(one.runId, { node: one.path })}>
          <b>
            <bdi>{one.title}</bdi>
          </b>
        </Link>
        {one.message && <p>{one.message}</p>}
        <Facts approval={one} />
        {one.decisions.map((decision) => (
          <div key={`${decision.by} ${decision.at}`}>
            <small>
              {decision.decision === 'approve' ? 'Approved' : 'Rejected'} by <PersonName id={decision.by} />{' '}
              <Ago at={decision.at} />
              {decision.self && ', who started the run'}
              {decision.comment && `: ${decision.comment}`}
            </small>
            {decision.data !== null && decision.data !== undefined && (
              <Json title="Answer" value={decision.data} empty="None" />
            )}
          </div>
        ))}
        {isOpen && mayDecide && reason === null && me && isOwnRun(one, me) && (
          <small>You started the run, so somebody else has to decide, if the team has anybody else.</small>
        )}
      </div>
      {isOpen &&
        mayDecide &&
        (reason === null ? (
          <Decide id={one.id} form={one.form} busy={busyWith === one.id} onDecide={onDecide} />
        ) : (
          <p className="faint">{reason}</p>
        ))}
    </li>
  )
}

function Facts({ approval: one }: { approval: Approval }) {
  const now = useSeconds()
  const isOpen = one.status === 'pending'
  const agreed = one.decisions.filter(({ decision }) => decision === 'approve').length
  return (
    <>
      <small>
        asked <Ago at={one.createdAt} />
        {isOpen && one.expiresAt && (
          <span title={exact(one.expiresAt)}>
            , ends in {duration(Math.max(0, Date.parse(one.expiresAt) - now))}
          </span>
        )}
        {!isOpen && one.decidedAt && (
          <>
            , settled <Ago at={one.decidedAt} />
          </>
        )}
        {one.quorum > 1 && `, ${agreed} of ${one.quorum} have agreed`}
        {one.workflowId && (
          <>
            {' · '}
            <Link {...toWorkflow(one.workflowId)} className="link">
              Workflow
            </Link>
          </>
        )}
      </small>
      {one.assignees.length > 0 && (
        <small>
          Asked:{' '}
          {one.assignees.map((id, at) => (
            <span key={id}>
              {at > 0 && ', '}
              {id.includes('@') ? id : <PersonName id={id} />}
            </span>
          ))}
        </small>
      )}
      {isOpen && one.unknownAssignees.length > 0 && (
        <small className={styles.bad}>Not a member who may decide: {one.unknownAssignees.join(', ')}</small>
      )}
    </>
  )
}
