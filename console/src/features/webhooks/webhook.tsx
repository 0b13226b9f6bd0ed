import { Link, useParams } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { asProblem } from '../../api/problem.ts'
import { exact } from '../../ui/format/time.ts'
import { Ago } from '../../ui/format/time-text.tsx'
import { Pill } from '../../ui/glyph.tsx'
import { Head, Skeleton, useTitle } from '../../ui/kit/page.tsx'
import { Tag } from '../../ui/kit/tag.tsx'
import { useNarrow } from '../../ui/use-media.ts'
import { PageProblem, toWebhooks } from '../shell/index.ts'
import { CallbackActions, TestButton, WebhookActions } from './actions.tsx'
import { Deliveries } from './deliveries.tsx'
import { reasonText, stateOf } from './model/delivery.ts'
import { CALLBACKS, useWebhook, type Webhook } from './queries.ts'
import styles from './webhook.module.css'

export function WebhookPage() {
  const { id } = useParams({ from: '/shell/settings/webhooks/$id' })
  const found = useWebhook(id)
  if (id === CALLBACKS) return <CallbacksView />
  if (found.isError)
    return (
      <PageProblem
        problem={asProblem(found.error)}
        what="webhook"
        list="/settings/webhooks"
        onRetry={() => void found.refetch()}
      />
    )
  if (!found.data) return <Skeleton />
  return <View key={id} {...found.data} />
}

const Title = ({ children }: { children: ReactNode }) => (
  <>
    <Link {...toWebhooks()} className="crumb wide-only">
      Webhooks
    </Link>
    {children}
  </>
)

function View({ webhook: one, etag }: { webhook: Webhook; etag: string }) {
  const { host } = new URL(one.url)
  useTitle(`${host} · Webhooks`)
  const { shown, label } = stateOf(one)
  // On a phone, the other buttons have no room in the head.
  const isNarrow = useNarrow()
  const test = <TestButton webhook={one} />
  return (
    <>
      <Head
        title={<Title>{host}</Title>}
        end={
          isNarrow ? (
            test
          ) : (
            <>
              <WebhookActions webhook={one} etag={etag} />
              {test}
            </>
          )
        }
      >
        <Pill status={shown} label={label} />
      </Head>
      <div className={styles.page}>
        <Facts webhook={one} />
        {isNarrow && (
          <div className={styles.actions}>
            <WebhookActions webhook={one} etag={etag} />
          </div>
        )}
        <Deliveries id={one.id} isActive={one.active} />
      </div>
    </>
  )
}

function CallbacksView() {
  useTitle('Callbacks of runs')
  return (
    <>
      <Head title={<Title>Callbacks of runs</Title>} end={<CallbackActions />} />
      <div className={styles.page}>
        <p className={styles.about}>
          Runs that were started with a <span className="mono">callbackUrl</span> are sent there when they
          have ended, and steps of the type <span className="mono">notify.webhook</span> send to URLs.
        </p>
        <Deliveries id={CALLBACKS} isActive />
      </div>
    </>
  )
}

function Facts({ webhook: one }: { webhook: Webhook }) {
  const reason = reasonText(one.disabledReason)
  return (
    <section className={styles.facts} aria-label="Summary">
      {reason && (
        <p className={styles.fault} role="alert">
          <b>It was disabled</b> <Ago at={one.disabledAt} />: {reason} Pending deliveries are held until it is
          enabled again.
        </p>
      )}
      {one.filterError && (
        <p className={styles.fault} role="alert">
          <b>Its filter cannot be evaluated</b>, so nothing is sent: {one.filterError.message}
        </p>
      )}
      <dl>
        <Fact name="URL">
          <span className="mono">{one.url}</span>
        </Fact>
        {one.description && <Fact name="Description">{one.description}</Fact>}
        <Fact name="Events">
          {one.events.map((event) => (
            <Tag key={event}>{event}</Tag>
          ))}
        </Fact>
        {one.filter && (
          <Fact name="Filter">
            <code className="mono">{one.filter}</code>
          </Fact>
        )}
        {one.headerNames.length > 0 && (
          <Fact name="Headers">
            <span className="mono">{one.headerNames.join(', ')}</span>
          </Fact>
        )}
        {one.rateLimitPerS !== null && (
          <Fact name="Rate">at most {one.rateLimitPerS} requests per second</Fact>
        )}
        <Fact name="Delivered">
          {one.lastSuccessAt === null ? 'Never' : <Ago at={one.lastSuccessAt} />}
          {one.failingSince !== null && (
            <span className={styles.bad}>
              all have failed since <Ago at={one.failingSince} />
            </span>
          )}
        </Fact>
        {one.oldSecretUntil !== null && (
          <Fact name="Old secret">
            <span title={exact(one.oldSecretUntil)}>
              also signs, and ends <Ago at={one.oldSecretUntil} />
            </span>
          </Fact>
        )}
      </dl>
    </section>
  )
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}
