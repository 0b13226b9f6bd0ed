import { Link } from '@tanstack/react-router'
import { lazy, Suspense, useState } from 'react'
import { asProblem } from '../../api/problem.ts'
import { duration, exact } from '../../ui/format/time.ts'
import { Ago } from '../../ui/format/time-text.tsx'
import { Icon, type IconName } from '../../ui/icon.tsx'
import { Button } from '../../ui/kit/button.tsx'
import { ConfirmButton } from '../../ui/kit/confirm.tsx'
import { CopyButton } from '../../ui/kit/copy.tsx'
import { Empty } from '../../ui/kit/page.tsx'
import { Tag } from '../../ui/kit/tag.tsx'
import { showProblem } from '../../ui/kit/toast.tsx'
import { toRuns } from '../shell/index.ts'
import { hookCurl } from './curl.ts'
import { type Given, withTrigger } from './model/trigger-form.ts'
import { type Trigger, useFires, useSetTriggers, type Workflow } from './queries.ts'
import own from './triggers.module.css'
import styles from './workflow.module.css'

const TriggerDialog = lazy(() =>
  import('./trigger-dialog.tsx').then(({ TriggerDialog }) => ({ default: TriggerDialog })),
)
const RefusedDeliveries = lazy(() =>
  import('./refused-deliveries.tsx').then(({ RefusedDeliveries }) => ({ default: RefusedDeliveries })),
)

const ICONS: Record<Trigger['type'], IconName> = {
  schedule: 'calendar',
  webhook: 'webhook',
  event: 'zap',
  manual: 'hand',
}

type Opened = { what: 'edit' | 'refused'; key: string | null } | null

/** The triggers of the workflow: when they fire next, when they have fired, and what changes them. */
export function TriggersTab({
  workflow,
  etag,
  mayWrite,
}: {
  workflow: Workflow
  etag: string
  mayWrite: boolean
}) {
  const fires = useFires(workflow.id).data?.items ?? []
  const save = useSetTriggers(workflow.id)
  const [opened, setOpened] = useState<Opened>(null)
  const { triggers } = workflow
  const add = mayWrite && (
    <Button icon="plus" onClick={() => setOpened({ what: 'edit', key: null })}>
      Add a trigger
    </Button>
  )
  const remove = async (index: number) => {
    const left = withTrigger(triggers as Given[], index, null)
    await save.mutateAsync({ triggers: left, etag }).catch((error: unknown) => {
      showProblem(asProblem(error))
      throw error
    })
  }
  return (
    <>
      {triggers.length === 0 ? (
        <Empty icon="zap" title="Started manually" action={add}>
          A schedule, a webhook or an event of the team can start it as well.
        </Empty>
      ) : (
        <div className={styles.scroll}>
          <div className={own.bar}>
            <span>
              {workflow.active
                ? 'The workflow is on: its triggers start runs.'
                : 'The workflow is off: its triggers start no runs.'}
            </span>
            {add}
          </div>
          <ul className={styles.triggers}>
            {triggers.map((trigger, index) => (
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
                  <p className="dim">
                    {trigger.type === 'schedule' &&
                      (trigger.lastFireAt ? (
                        <>
                          Fired <Ago at={trigger.lastFireAt} />.{' '}
                        </>
                      ) : (
                        'Never fired. '
                      ))}
                    <Link {...toRuns({ workflow: workflow.id, trigger: trigger.type })} className="link">
                      Runs started by {STARTED_BY[trigger.type]}
                    </Link>
                    {trigger.type === 'webhook' && mayWrite && (
                      <>
                        {' · '}
                        <button
                          type="button"
                          className="link"
                          onClick={() => setOpened({ what: 'refused', key: trigger.key })}
                        >
                          Refused deliveries
                        </button>
                      </>
                    )}
                  </p>
                </div>
                {mayWrite && (
                  <div className={own.actions}>
                    <Button
                      size="small"
                      aria-label={`Edit ${trigger.key}`}
                      onClick={() => setOpened({ what: 'edit', key: trigger.key })}
                    >
                      Edit
                    </Button>
                    <ConfirmButton
                      size="small"
                      look="quiet"
                      aria-label={`Delete ${trigger.key}`}
                      question={`Delete the trigger ${trigger.key}?`}
                      about={ABOUT_DELETION[trigger.type]}
                      verb="Delete the trigger"
                      onConfirm={() => remove(index)}
                    >
                      Delete
                    </ConfirmButton>
                  </div>
                )}
              </li>
            ))}
          </ul>
        </div>
      )}
      <Suspense>
        {opened?.what === 'edit' && (
          <TriggerDialog
            workflow={workflow}
            etag={etag}
            edited={opened.key}
            onClose={() => setOpened(null)}
          />
        )}
        {opened?.what === 'refused' && (
          <RefusedDeliveries
            workflowId={workflow.id}
            triggerKey={opened.key ?? ''}
            onClose={() => setOpened(null)}
          />
        )}
      </Suspense>
    </>
  )
}

const STARTED_BY: Record<Trigger['type'], string> = {
  schedule: 'schedules',
  webhook: 'webhooks',
  event: 'events',
  manual: 'hand',
}

const ABOUT_DELETION: Record<Trigger['type'], string> = {
  schedule: 'It starts no more runs. Earlier versions of the workflow still have it.',
  webhook:
    'Senders get an error at its URL from now on. Earlier versions of the workflow still have the trigger.',
  event: 'Its events start no more runs. Earlier versions of the workflow still have it.',
  manual: 'Manual starts begin at the first steps again. Earlier versions of the workflow still have it.',
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
        <span className="mono">
          {(trigger.methods ?? ['POST']).join(', ')} {trigger.url}
        </span>
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
