import { Link } from '@tanstack/react-router'
import { lazy, Suspense, useState } from 'react'
import { asProblem } from '../../api/problem.ts'
import { count } from '../../ui/format/time.ts'
import { Ago } from '../../ui/format/time-text.tsx'
import { Glyph } from '../../ui/glyph.tsx'
import { Button } from '../../ui/kit/button.tsx'
import { CopyButton } from '../../ui/kit/copy.tsx'
import { More } from '../../ui/kit/more.tsx'
import { ProblemNote, Skeleton } from '../../ui/kit/page.tsx'
import { toneOf } from '../../ui/status.ts'
import { useRowKeys } from '../../ui/use-row-keys.ts'
import { toWebhook, useMe, useRights } from '../shell/index.ts'
import { stateOf } from './model/delivery.ts'
import { eventsText } from './model/events.ts'
import { CALLBACKS, useWebhooks, type Webhook } from './queries.ts'
import styles from './webhooks.module.css'

const CreateDialog = lazy(() =>
  import('./create-dialog.tsx').then(({ CreateDialog: dialog }) => ({ default: dialog })),
)

/** A page of the settings. */
export function Webhooks() {
  const { mayRun, mayManage } = useRights()
  const isKnown = useMe().data !== undefined
  const list = useWebhooks(isKnown && mayRun)
  const [isCreating, setCreating] = useState(false)
  const rows = useRowKeys()
  const items = list.data?.pages.flatMap((page) => page.items) ?? []
  const total = list.data?.pages[0]?.total ?? 0
  if (isKnown && !mayRun)
    return (
      <section className={styles.section} aria-label="Webhooks">
        <h2>Webhooks</h2>
        <p className="dim">
          Webhooks send events of the team to other systems. Members of the team can see them.
        </p>
      </section>
    )
  return (
    <>
      <section className={styles.section} aria-label="Webhooks">
        <header>
          <h2>Webhooks</h2>
          {total > 0 && <span className="faint num">{count(total)}</span>}
          {mayManage && items.length > 0 && (
            <Button look="primary" onClick={() => setCreating(true)}>
              Add a webhook
            </Button>
          )}
        </header>
        <p className="dim">Each sends events of the team to a URL of yours, signed and with retries.</p>
        {list.isError ? (
          <ProblemNote problem={asProblem(list.error)} onRetry={() => void list.refetch()} />
        ) : list.isPending ? (
          <Skeleton rows={3} height={58} />
        ) : items.length === 0 ? (
          <div className={styles.none}>
            <p>No webhooks yet. The first one could tell you when a run has failed.</p>
            {mayManage ? (
              <>
                <Button look="primary" onClick={() => setCreating(true)}>
                  Add a webhook
                </Button>
                <p className={`${styles.curl} mono`}>
                  <span className="cut">{CURL}</span> <CopyButton label="Copy as curl" text={CURL} />
                </p>
              </>
            ) : (
              <p className="faint">Admins of the team add them.</p>
            )}
          </div>
        ) : (
          <ul className={styles.list} ref={rows} aria-label="Webhooks">
            {items.map((one) => (
              <Row key={one.id} webhook={one} />
            ))}
          </ul>
        )}
        {list.hasNextPage && (
          <div>
            <More of={list}>More</More>
          </div>
        )}
      </section>
      <section className={styles.section} aria-label="Callbacks of runs">
        <h2>Callbacks of runs</h2>
        <p className="dim">
          A run that was started with a <span className="mono">callbackUrl</span> is sent there when it has
          ended. All callbacks share one secret.
        </p>
        <div>
          <Link {...toWebhook(CALLBACKS)} className="link">
            Deliveries and secret of callbacks
          </Link>
        </div>
      </section>
      {isCreating && (
        <Suspense>
          <CreateDialog onClose={() => setCreating(false)} />
        </Suspense>
      )}
    </>
  )
}

function Row({ webhook: one }: { webhook: Webhook }) {
  const { shown, label } = stateOf(one)
  return (
    <li data-row>
      <Link {...toWebhook(one.id)}>
        <Glyph status={shown} />
        <span className={styles.name}>
          <b className="cut mono">{one.url}</b>
          <small className="cut">
            {one.description === '' ? '' : `${one.description} · `}
            {eventsText(one.events)}
          </small>
        </span>
        <span className={styles.state} data-tone={toneOf(shown)}>
          {label}
        </span>
        <span className={`${styles.when} wide-only`}>
          {one.lastSuccessAt === null ? (
            'never delivered'
          ) : (
            <>
              delivered <Ago at={one.lastSuccessAt} />
            </>
          )}
        </span>
      </Link>
    </li>
  )
}

const CURL = `curl ${location.origin}/api/v1/webhooks -H "x-api-key: $KEY" -H "content-type: application/json" -d '{ "url": "https://example.com/hooks", "events": ["run.failed"] }'`
