import { Json } from '../../../ui/kit/json.tsx'
import { Skeleton } from '../../../ui/kit/page.tsx'
import { hasEnded, type Place } from '../model/live.ts'
import type { Look } from '../model/look.ts'
import type { NodeDetail } from '../queries.ts'
import { useRunView } from '../run-view.ts'
import { LargeOutput } from './large.tsx'
import { LiveModelOutput } from './model-output.tsx'
import styles from './panel.module.css'

const NOTHING: Partial<Record<Look, string>> = {
  pending: 'This step has not run yet.',
  skipped: 'No output: the run took another branch.',
  failed: 'No output: the step failed.',
  cancelled: 'No output: the step was stopped.',
  unknown: 'The output is unknown.',
}

type Props = { place: Place | null; look: Look; detail: NodeDetail | undefined; hasModel: boolean }

export function InAndOut({ place, look, detail, hasModel }: Props) {
  const { run, live } = useRunView()
  if (place === null) {
    const message = hasEnded(live.status) ? 'The run did not reach this step.' : 'This step has not run yet.'
    return <p className="faint">{message}</p>
  }
  if (detail === undefined) return <Skeleton rows={3} height={24} />
  const isStreaming = hasModel && place.to === null && !hasEnded(live.status)
  const hasReport = place.reported !== undefined && place.to === null
  return (
    <div className={styles.io}>
      <Json title="Input" value={detail.input} empty="No value on this run." />
      <div>
        {isStreaming && <LiveModelOutput key={place.path} place={place} />}
        {hasReport && <Json title="Model output" value={place.reported} />}
        {detail.output === null && detail.outputBytes > 4 && look === 'succeeded' ? (
          <LargeOutput runId={run.id} path={place.path} size={detail.outputBytes} />
        ) : (
          <Json
            title="Output"
            value={look === 'succeeded' ? detail.output : (detail.output ?? undefined)}
            empty={look === 'succeeded' ? 'null' : (NOTHING[look] ?? 'No output yet.')}
          />
        )}
      </div>
    </div>
  )
}
