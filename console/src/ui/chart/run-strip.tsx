// The latest runs of a workflow. Height is duration, colour is the result.
import { shownStatus, toneOf } from '../status.ts'
import styles from './run-strip.module.css'

export type StripRun = { id: string; status: string; durationMs: number | null; createdAt: string }

const LEAST = 0.18

export function RunStrip({ runs }: { runs: readonly StripRun[] }) {
  const top = Math.max(1, ...runs.map((run) => run.durationMs ?? 0))
  const good = runs.filter((run) => run.status === 'succeeded').length
  return (
    <span
      className={styles.strip}
      role="img"
      aria-label={`${good} of the last ${runs.length} runs succeeded`}
    >
      {runs.toReversed().map((run) => (
        <i
          key={run.id}
          data-tone={toneOf(shownStatus(run.status))}
          data-status={run.status}
          style={{ height: `${(LEAST + (1 - LEAST) * Math.sqrt((run.durationMs ?? top) / top)) * 100}%` }}
        />
      ))}
    </span>
  )
}
