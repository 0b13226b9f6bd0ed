import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { type ComponentProps, useState } from 'react'
import { asProblem } from '../../api/problem.ts'
import { count, duration, exact } from '../../ui/format/time.ts'
import { Ago, useSeconds } from '../../ui/format/time-text.tsx'
import { Glyph } from '../../ui/glyph.tsx'
import { Button } from '../../ui/kit/button.tsx'
import { Empty, Head, Skeleton, useTitle } from '../../ui/kit/page.tsx'
import { Chip, Kbd } from '../../ui/kit/tag.tsx'
import { useKeys } from '../../ui/use-keys.ts'
import { LiveDot, PageProblem, toRun, useRights } from '../shell/index.ts'
import styles from './approvals.module.css'
import { Decide } from './decide.tsx'
import { type Approval, useApprovals, useDecision } from './queries.ts'
import type { ApprovalSearch } from './routes.ts'
import { useLiveApprovals } from './use-live-approvals.ts'

const FILTER_LABELS = {
  pending: 'Waiting',
  approved: 'Approved',
  rejected: 'Rejected',
  timeout: 'Ran out',
  cancelled: 'Cancelled',
} as const
const GLYPHS = {
  pending: 'waiting',
  approved: 'succeeded',
  rejected: 'failed',
  timeout: 'cancelled',
  cancelled: 'cancelled',
} as const

export function Approvals() {
  useTitle('Approvals')
  useLiveApprovals()
  const search = useSearch({ from: '/shell/approvals' })
  const { status = 'pending', mine = false } = search
  const go = useNavigate({ from: '/approvals' })
  const list = useApprovals({ status, mine })
  const decide = useDecision()
  const { mayDecide } = useRights()
  const [cursor, setCursor] = useState(0)
  const items = list.data?.pages.flatMap((page) => page.items) ?? []
  const total = list.data?.pages[0]?.total ?? 0
  const at = Math.min(cursor, items.length - 1)
  const current = items[at]
  const set = (change: Partial<ApprovalSearch>) => {
    setCursor(0)
    void go({ search: (old) => ({ ...old, ...change }) })
  }
  useKeys({
    j: () => setCursor(Math.min(items.length - 1, at + 1)),
    k: () => setCursor(Math.max(0, at - 1)),
    a: () => document.querySelector<HTMLElement>('[data-current=true] [data-decide=approve]')?.click(),
    r: () => document.querySelector<HTMLElement>('[data-current=true] [data-decide=reject]')?.click(),
    Enter: () => current && void go(toRun(current.runId)),
  })
  return (
    <>
      <Head title="Approvals">
        <span className="faint num">{count(total)}</span>
        <LiveDot />
        <span className={`${styles.keys} wide-only`}>
          <Kbd>J</Kbd> <Kbd>K</Kbd> move, <Kbd>A</Kbd> approve, <Kbd>R</Kbd> reject
        </span>
      </Head>
      <div className={styles.filters} role="toolbar" aria-label="Filters">
        {Object.entries(FILTER_LABELS).map(([id, name]) => (
          <Chip
            key={id}
            pressed={status === id}
            onClick={() => set({ status: id as keyof typeof FILTER_LABELS })}
          >
            <Glyph status={GLYPHS[id as keyof typeof GLYPHS]} size={12} />
            {name}
          </Chip>
        ))}
        <span className={styles.grow} />
        <Chip pressed={mine} onClick={() => set({ mine: !mine })}>
          Assigned to me
        </Chip>
      </div>
      {list.isError ? (
        <PageProblem problem={asProblem(list.error)} onRetry={() => void list.refetch()} />
      ) : list.isPending ? (
        <Skeleton rows={6} height={72} />
      ) : items.length === 0 ? (
        <Empty icon="checklist" title={status === 'pending' ? 'Nothing waits' : 'None'}>
          When a run reaches an approval, it appears here. The run continues with your answer.
        </Empty>
      ) : (
        <ul className={styles.list}>
          {items.map((one, index) => (
            <Item
              key={one.id}
              approval={one}
              isCurrent={index === at}
              mayDecide={mayDecide}
              busyWith={decide.isPending ? decide.variables.id : null}
              onHover={() => setCursor(index)}
              onDecide={(decision, onDone) => decide.mutate(decision, { onSuccess: onDone })}
            />
          ))}
          {list.hasNextPage && (
            <li className={styles.more}>
              <Button busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
                Older ones
              </Button>
            </li>
          )}
        </ul>
      )}
    </>
  )
}

type ItemProps = {
  approval: Approval
  isCurrent: boolean
  mayDecide: boolean
  busyWith: string | null
  onHover: () => void
  onDecide: ComponentProps<typeof Decide>['onDecide']
}

function Item({ approval: one, isCurrent, mayDecide, busyWith, onHover, onDecide }: ItemProps) {
  const now = useSeconds()
  const isOpen = one.status === 'pending'
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
        <small>
          asked <Ago at={one.createdAt} />
          {isOpen && one.expiresAt && (
            <span title={exact(one.expiresAt)}>
              , ends in {duration(Math.max(0, Date.parse(one.expiresAt) - now))}
            </span>
          )}
          {one.quorum > 1 && `, ${one.decisions.length} of ${one.quorum} have agreed`}
        </small>
        {one.decisions.map((decision) => (
          <small key={`${decision.by} ${decision.at}`}>
            {decision.decision === 'approve' ? 'Approved' : 'Rejected'} <Ago at={decision.at} />
            {decision.comment && `: ${decision.comment}`}
          </small>
        ))}
      </div>
      {isOpen && mayDecide && (
        <Decide id={one.id} form={one.form} busy={busyWith === one.id} onDecide={onDecide} />
      )}
    </li>
  )
}
