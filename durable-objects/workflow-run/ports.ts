// What the nodes of this run may reach, built from the modules with the run's own team and user.
import type { Env } from '../../src/env.ts'
import { NodeFailure } from '../../src/nodes/node.ts'
import type { NodePorts } from '../../src/nodes/ports.ts'
import type { Run } from './scope.ts'
import type { EffectStart } from './turn.ts'

export type PortsContext = {
  env: Env
  run: Run
  effect: EffectStart
  now: () => number
  log: (level: string, message: string) => void
  progress: (data: unknown) => void
}

const notThere = (what: string) => (): never => {
  throw new NodeFailure({
    code: 'port.unavailable',
    message: `${what} is not available here`,
    retryable: false,
  })
}

export function buildPorts(context: PortsContext): NodePorts {
  return {
    http: { fetch: notThere('http') },
    runs: { startChild: notThere('runs') },
    store: { get: notThere('store'), set: notThere('store'), increment: notThere('store') },
    notify: { email: notThere('mail') },
    credentials: { read: notThere('credentials') },
    log: context.log,
    progress: context.progress,
  }
}
