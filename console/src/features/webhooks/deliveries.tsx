import { useNavigate, useSearch } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import { asProblem } from '../../api/problem.ts'
import { changedSearch } from '../../ui/changed-search.ts'
import { count, duration, plural } from '../../ui/format/time.ts'
import { Ago } from '../../ui/format/time-text.tsx'
import { Glyph } from '../../ui/glyph.tsx'
import { FilterBar } from '../../ui/kit/filter-bar.tsx'
import { More } from '../../ui/kit/more.tsx'
import { ProblemNote, Skeleton } from '../../ui/kit/page.tsx'
import { Chip } from '../../ui/kit/tag.tsx'
import { toneOf } from '../../ui/status.ts'
import { useRowKeys } from '../../ui/use-row-keys.ts'
import { STATUSES, signOf } from './model/delivery.ts'
import { type Delivery, useDeliveries } from './queries.ts'
import type { WebhookSearch } from './routes.ts'
import styles from './webhook.module.css'

const DeliveryDialog = lazy(() =>
  import('./delivery-dialog.tsx').then(({ DeliveryDialog: dialog }) => ({ default: dialog })),
)

const NAMES = { pending: 'Pending', succeeded: 'Delivered', failed: 'Failed' }
const GLYPHS = { pending: 'queued', succeeded: 'succeeded', failed: 'failed' } as const

/** The server keeps deliveries for thirty days. */
export function Deliveries({ id, isActive }: { id: string; isActive: boolean }) {
  const { status, delivery } = useSearch({ from: '/shell/settings/webhooks/$id' })
  const go = useNavigate({ from: '/settings/webhooks/$id' })
  const list = useDeliveries(id, status)
  const rows = useRowKeys()
  const items = list.data?.pages.flatMap((page) => page.items) ?? []
  const total = list.data?.pages[0]?.total ?? 0
  const set = (change: { [Key in keyof WebhookSearch]: WebhookSearch[Key] | undefined }) =>
    void go({
      search: (old) => changedSearch<typeof old>(old, change),
      replace: true,
    })
  return (
    <section className={styles.deliveries} aria-label="Deliveries">
      <header>
        <h2>
          Deliveries <span className="faint num">{count(total)}</span>
        </h2>
      </header>
      <FilterBar>
        <Chip pressed={!status} onClick={() => set({ status: undefined })}>
          All
        </Chip>
        {STATUSES.map((one) => (
          <Chip
            key={one}
            pressed={status === one}
            onClick={() => set({ status: status === one ? undefined : one })}
          >
            <Glyph status={GLYPHS[one]} size={12} />
            {NAMES[one]}
          </Chip>
        ))}
      </FilterBar>
      {list.isError ? (
        <ProblemNote problem={asProblem(list.error)} onRetry={() => void list.refetch()} />
      ) : list.isPending ? (
        <Skeleton rows={5} />
      ) : items.length === 0 ? (
        <p className="faint">
          {status
            ? 'No delivery has this status.'
            : isActive
              ? 'Nothing was sent in the last 30 days. Deliveries appear here with their request and response.'
              : 'Nothing was sent. While it is paused, nothing is.'}
        </p>
      ) : (
        <ul className={styles.list} ref={rows} aria-label="Deliveries">
          {items.map((one) => (
            <Row key={one.id} delivery={one} onOpen={() => set({ delivery: one.id })} />
          ))}
        </ul>
      )}
      {list.hasNextPage && (
        <p>
          <More of={list}>Older ones</More>
        </p>
      )}
      {delivery && (
        <Suspense>
          <DeliveryDialog
            key={delivery}
            webhookId={id}
            id={delivery}
            isActive={isActive}
            onClose={() => set({ delivery: undefined })}
          />
        </Suspense>
      )}
    </section>
  )
}

function Row({ delivery: one, onOpen }: { delivery: Delivery; onOpen: () => void }) {
  const { shown, label } = signOf(one)
  return (
    <li data-row>
      <button type="button" onClick={onOpen}>
        <span className={styles.status} data-tone={toneOf(shown)}>
          <Glyph status={shown} />
          <span>{label}</span>
        </span>
        <span className="mono cut">{one.type}</span>
        <span className="cut dim">
          {one.error ?? (one.response === null ? '' : `HTTP ${one.response.status}`)}
          {one.status === 'pending' && one.nextAttemptAt !== null && (
            <>
              {one.error && ' · '}next <Ago at={one.nextAttemptAt} />
            </>
          )}
        </span>
        <span className="num">
          {one.response === null ? plural(one.attempt, 'attempt') : duration(one.response.durationMs)}
        </span>
        <span>
          <Ago at={one.createdAt} />
        </span>
      </button>
    </li>
  )
}
