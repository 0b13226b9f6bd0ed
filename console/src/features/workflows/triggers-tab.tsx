import { duration, exact } from '../../ui/format/time.ts'
import { Ago } from '../../ui/format/time-text.tsx'
import { Icon, type IconName } from '../../ui/icon.tsx'
import { CopyButton } from '../../ui/kit/copy.tsx'
import { Empty } from '../../ui/kit/page.tsx'
import { Tag } from '../../ui/kit/tag.tsx'
import { hookCurl } from './curl.ts'
import { type Trigger, useFires, type Workflow } from './queries.ts'
import styles from './workflow.module.css'

const ICONS: Record<Trigger['type'], IconName> = {
  schedule: 'calendar',
  webhook: 'webhook',
  event: 'zap',
  manual: 'hand',
}

/** The triggers of the workflow, with their next fire times. */
export function TriggersTab({ workflow }: { workflow: Workflow }) {
  const fires = useFires(workflow.id).data?.items ?? []
  if (workflow.triggers.length === 0)
    return (
      <Empty icon="zap" title="Started manually">
        A schedule, a webhook or an event of the team can start it as well, once its definition has a trigger.
      </Empty>
    )
  return (
    <ul className={`${styles.scroll} ${styles.triggers}`}>
      {workflow.triggers.map((trigger) => (
        <li key={trigger.id}>
          <Icon name={ICONS[trigger.type]} />
          <div>
            <b>{trigger.key}</b> {!trigger.active && <Tag>Off</Tag>}
            <TriggerFacts trigger={trigger} />
            {trigger.type === 'schedule' && (
              <ol className={styles.fires}>
                {fires
                  .filter((one) => one.triggerKey === trigger.key)
                  .map((one) => (
                    <li key={one.at}>
                      <span className="num">{exact(one.at)}</span>{' '}
                      <span className="faint">
                        <Ago at={one.at} />
                      </span>
                    </li>
                  ))}
              </ol>
            )}
          </div>
        </li>
      ))}
    </ul>
  )
}

function TriggerFacts({ trigger }: { trigger: Trigger }) {
  if (trigger.type === 'schedule')
    return (
      <p className="dim">
        {trigger.cron ? (
          <>
            <span className="mono">{trigger.cron}</span> in {trigger.timezone ?? 'UTC'}
          </>
        ) : (
          `Every ${duration(trigger.everyMs)}`
        )}
      </p>
    )
  if (trigger.type === 'webhook')
    return trigger.url === null ? (
      <p className="dim">
        The URL is only shown to people who can edit the workflow, because it starts runs.
      </p>
    ) : (
      <p className={styles.url}>
        <span className="mono">{trigger.url}</span>
        <CopyButton text={trigger.url} label="Copy the address" />
        <CopyButton text={hookCurl(trigger.url)} label="Copy as curl" />
      </p>
    )
  if (trigger.type === 'event')
    return (
      <p className="dim">
        Each event called <span className="mono">{trigger.name}</span>
        {trigger.filter !== undefined && (
          <>
            {' '}
            for which <span className="mono">{String(trigger.filter)}</span>
          </>
        )}
      </p>
    )
  return <p className="dim">Manually or through the API.</p>
}
