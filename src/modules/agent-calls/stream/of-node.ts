// In a workflow an answer is what one node does: of the events of its run those inside the node, with its end as the end. Pure.
import type { RunDelta, RunEvent } from '../../../objects/run-events.ts'

type Seen = RunEvent | RunDelta

/** Null for what belongs to other nodes. What is said of the run as a whole stays: it ends the answer too. */
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
