// In a workflow, one node answers: selects the events inside the node from those of the run, with the node's end as
// the end. Pure.
import type { RunDelta, RunEvent } from '../../../objects/run-events.ts'

type Seen = RunEvent | RunDelta

/** Null for events of other nodes. Events of the run as a whole stay, because they end the answer too. */
export function ofNode(node: string, event: Seen): Seen | null {
  const path = 'path' in event ? event.path : undefined
  if (path === undefined) return event
  if (path !== node) return path.startsWith(`${node}.`) ? event : null
  switch (event.type) {
    case 'node.succeeded': {
      const { seq, at, output, outputBytes } = event
      return {
        ...{ type: 'run.succeeded', seq, at },
        ...(output === undefined ? {} : { output }),
        ...(outputBytes === undefined ? {} : { outputBytes }),
      }
    }
    case 'node.failed':
      return { type: 'run.failed', seq: event.seq, at: event.at, error: event.error }
    case 'node.cancelled':
      return { type: 'run.cancelled', seq: event.seq, at: event.at }
    default:
      return null
  }
}
