import { useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { asProblem } from '../../api/problem.ts'
import { count } from '../../ui/format/time.ts'
import { Glyph } from '../../ui/glyph.tsx'
import { More } from '../../ui/kit/more.tsx'
import { Empty, Head, Skeleton, useTitle } from '../../ui/kit/page.tsx'
import { Chip, Kbd } from '../../ui/kit/tag.tsx'
import { useKeys } from '../../ui/use-keys.ts'
import { LiveDot, PageProblem, toRun, useRights } from '../shell/index.ts'
import styles from './approvals.module.css'
import { GLYPHS, Item } from './item.tsx'
import { useApproval, useApprovals, useDecision } from './queries.ts'
import { type ApprovalSearch, readApprovals } from './routes.ts'
import { useLiveApprovals } from './use-live-approvals.ts'

const FILTER_LABELS = {
  pending: 'Waiting',
  approved: 'Approved',
  rejected: 'Rejected',
  timeout: 'Ran out',
  cancelled: 'Cancelled',
} as const

export function Approvals() {
  useTitle('Approvals')
  useLiveApprovals()
  const search = readApprovals(useSearch({ from: '/shell/approvals' }))
  const { status = 'pending', mine = false, id } = search
  const go = useNavigate({ from: '/approvals' })
  const list = useApprovals({ status, mine })
  const decide = useDecision()
  const { mayDecide } = useRights()
  const [cursor, setCursor] = useState(0)
  const linked = useApproval(id)
  const others = list.data?.pages.flatMap((page) => page.items) ?? []
  // The approval of a link comes first, whatever its status is.
  const items = linked.data ? [linked.data, ...others.filter((one) => one.id !== id)] : others
  const total = list.data?.pages[0]?.total ?? 0
  const at = Math.min(cursor, items.length - 1)
  const current = items[at]
  const set = (change: Partial<ApprovalSearch>) => {
    setCursor(0)
    void go({ search: ({ id: _, ...old }) => ({ ...old, ...change }) })
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
        {list.isSuccess && <span className="faint num">{count(total)}</span>}
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
      {linked.isError && (
        <p className={styles.gone} role="status">
          The approval of the link does not exist any more, or belongs to another team.
        </p>
      )}
      {list.isError ? (
        <PageProblem problem={asProblem(list.error)} onRetry={() => void list.refetch()} />
      ) : list.isPending || linked.isLoading ? (
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
              <More of={list}>Older ones</More>
            </li>
          )}
        </ul>
      )}
    </>
  )
}
