// The ports that the nodes of this run can use, built from the modules with the team and the user of the run.
import { openContext } from '../../../src/context.ts'
import { type Env, readSettings } from '../../../src/env.ts'
import type { ModelDelta } from '../../../src/objects/run-events.ts'
import { reachOf } from '../../../src/providers/outbound/index.ts'
import type { RunStore } from '../rows/store.ts'
import type { EffectPorts } from '../turn/effects.ts'
import type { EffectStart } from '../turn/open-turn.ts'
import type { Run } from '../turn/scope.ts'
import { agentsPort } from './agents.ts'
import { budgetPort } from './budget.ts'
import { credentialsOf } from './credentials.ts'
import { deployPort } from './deploy.ts'
import { filesPort } from './files.ts'
import { httpPort } from './http.ts'
import { importsPort } from './imports.ts'
import { modelsPort } from './models.ts'
import { notifyPort } from './notify.ts'
import { runsPort } from './runs.ts'
import { storePort } from './store.ts'
import { tasksPort } from './tasks.ts'
import { threadsPort } from './threads.ts'

export type PortsContext = {
  env: Env
  run: Run
  store: RunStore
  effect: EffectStart
  now: () => number
  log: (level: string, message: string) => void
  progress: (data: unknown) => void
  delta: (delta: ModelDelta) => void
}

export function buildPorts({
  env,
  run,
  store,
  effect,
  now,
  log,
  progress,
  delta,
}: PortsContext): EffectPorts {
  const { spec } = run
  const reach = reachOf(env, readSettings(env))
  const credentials = credentialsOf({ env, run, now }, reach)
  const { hide } = credentials
  const context = openContext(env, { now, requestId: spec.requestId, defer: (work) => void work })
  const ports: EffectPorts['ports'] = {
    agents: agentsPort({ d1: env.DB, teamId: spec.teamId, beganAt: run.state.run.startedAt ?? now() }),
    budget: budgetPort({ ...context, teamId: spec.teamId }, log),
    deploy: deployPort({ context, run, store }),
    tasks: tasksPort({ context, run }),
    imports: importsPort({ context, run }),
    http: httpPort(reach, timeoutOf(run, effect.path), credentials.call),
    runs: runsPort({ env, run, store, isChanged: effect.prepared.isChanged, now }),
    store: storePort({ d1: env.DB, teamId: spec.teamId, now }),
    notify: notifyPort({
      env,
      teamId: spec.teamId,
      startedBy: spec.startedBy,
      requestId: spec.requestId,
      now,
      runId: spec.runId,
      workflow: spec.workflowId === null ? null : { id: spec.workflowId, name: spec.workflowName },
    }),
    files: filesPort({
      context,
      teamId: spec.teamId,
      startedBy: spec.startedBy,
    }),
    credentials: { signIn: credentials.signIn },
    models: modelsPort({ ...context, teamId: spec.teamId }),
    threads: threadsPort({ ...context, teamId: spec.teamId, runId: spec.runId }),
    log: (level, message) => log(level, hide(message)),
    progress: (data) => progress(hide(data)),
    delta: (piece) => delta({ ...piece, text: hide(piece.text) }),
  }
  return { ports, hide }
}

/** How much longer than its attempt a call may last. */
const GRACE_MS = 1_000
const FALLBACK_MS = 60_000

function timeoutOf(run: Run, path: string): number {
  const activation = run.state.activations.get(path)
  const timeoutMs = activation === undefined ? 0 : (run.plan.nodes[activation.node]?.timeoutMs ?? 0)
  return (timeoutMs > 0 ? timeoutMs : FALLBACK_MS) + GRACE_MS
}
