// What the nodes of this run may reach, built from the modules with the run's own team and user.
import { type Env, readSettings } from '../../src/env.ts'
import { NodeFailure } from '../../src/nodes/node.ts'
import type { NodePorts } from '../../src/nodes/ports.ts'
import { reachOf } from '../../src/providers/outbound/index.ts'
import { httpPort } from './ports/http.ts'
import { notifyPort } from './ports/notify.ts'
import { runsPort } from './ports/runs.ts'
import { storePort } from './ports/store.ts'
import type { Run } from './scope.ts'
import type { RunStore } from './store.ts'
import type { EffectStart } from './turn.ts'

export type PortsContext = {
  env: Env
  run: Run
  store: RunStore
  effect: EffectStart
  now: () => number
  log: (level: string, message: string) => void
  progress: (data: unknown) => void
}

export function buildPorts({ env, run, store, effect, now, log, progress }: PortsContext): NodePorts {
  const { spec } = run
  return {
    http: httpPort(reachOf(env, readSettings(env)), timeoutOf(run, effect.path)),
    runs: runsPort({ env, run, store, isChanged: effect.prepared.isChanged, now }),
    store: storePort({ d1: env.DB, teamId: spec.teamId, now }),
    notify: notifyPort({
      env,
      teamId: spec.teamId,
      startedBy: spec.startedBy,
      requestId: spec.requestId,
      now,
    }),
    credentials: {
      read: () => {
        throw new NodeFailure({
          code: 'credentials.unavailable',
          message: 'Credentials come with the integrations, which are not set up here',
          retryable: false,
        })
      },
    },
    log,
    progress,
  }
}

/** A call may outlive its attempt by a moment, never by more. */
const GRACE_MS = 1_000
const FALLBACK_MS = 60_000

function timeoutOf(run: Run, path: string): number {
  const activation = run.state.activations.get(path)
  const timeoutMs = activation === undefined ? 0 : (run.plan.nodes[activation.node]?.timeoutMs ?? 0)
  return (timeoutMs > 0 ? timeoutMs : FALLBACK_MS) + GRACE_MS
}
