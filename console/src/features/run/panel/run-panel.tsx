import { Json } from '../../../ui/kit/json.tsx'
import { Tabs } from '../../../ui/kit/tabs.tsx'
import { hasEnded } from '../model/live.ts'
import { useRunView } from '../run-view.ts'
import { EventList } from './event-list.tsx'
import { Failure } from './failure.tsx'
import { LargeOutput } from './large.tsx'
import { NextSteps } from './next-steps.tsx'
import styles from './panel.module.css'
import { RunFacts } from './run-facts.tsx'

/** Shows the run itself if nothing is selected. */
export function RunPanel() {
  const { run, live, events, tab, setTab } = useRunView()
  const error = live.error ?? run.error
  const tabs = [
    { id: 'io', name: 'Input and output' },
    { id: 'events', name: `Events ${events.length}` },
    { id: 'facts', name: 'Facts' },
  ]
  const shown = tabs.some((one) => one.id === tab) ? tab : 'io'
  const nothing = {
    succeeded: 'The run has no output.',
    failed: 'No output: the run failed.',
    cancelled: 'No output: the run was cancelled.',
  }[live.status as string]
  return (
    <>
      <header className={styles.head}>
        <div>
          <b>Run</b>
          <small>Select a step to see its input and output.</small>
        </div>
      </header>
      {error && hasEnded(live.status) && <Failure error={error} />}
      {hasEnded(live.status) && <NextSteps />}
      <Tabs label="Of the run" tabs={tabs} value={shown} onChange={setTab}>
        <div className={styles.body} data-tab={shown}>
          {shown === 'io' && (
            <div className={styles.io}>
              <Json title="Input" value={run.input} empty="It was started without an input." />
              {run.outputBytes !== undefined && run.output === null ? (
                <LargeOutput runId={run.id} path={null} size={run.outputBytes} />
              ) : (
                <Json title="Output" value={run.output} empty={nothing ?? 'The run has not ended yet.'} />
              )}
            </div>
          )}
          {shown === 'events' && <EventList events={events} />}
          {shown === 'facts' && <RunFacts />}
        </div>
      </Tabs>
    </>
  )
}
