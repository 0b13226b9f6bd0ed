// Converts the result of a node to a fact for the core, with values that are stored only if the core accepts the
// fact.
import { newApprovalId } from '../../../src/core/ids.ts'
import type { advance } from '../../../src/engine/advance/index.ts'
import type { Fact, Wait } from '../../../src/engine/model/event.ts'
import { isEventPattern } from '../../../src/engine/model/event-name.ts'
import type { NodeResult } from '../../../src/nodes/node.ts'
import type { HttpAnswer } from '../../../src/objects/workflow-run.ts'
import type { RunStore } from '../rows/store.ts'
import type { Timers } from '../rows/timers.ts'
import { type EncodedValue, encodeValue } from '../rows/values.ts'
import type { Run } from './scope.ts'

export type ShellFact = {
  fact: Fact
  output?: EncodedValue
  /** Other values to store, by path. */
  values?: [path: string, value: EncodedValue][]
  respond?: HttpAnswer
  /** When a run is loaded, the outstanding commands are computed afterwards, each once. */
  dropCommands?: boolean
  /** Called inside the turn if the fact is accepted. */
  onAccepted?: (seq: number) => void
}

/** What a turn works on. */
export type TurnShell = {
  run: Run
  store: RunStore
  timers: Timers
  core: Core
  /** Records what the turn is working on. */
  crashes: { at(key: string | null): void }
  now: () => number
}

/** The core as a part of the run, so that tests can make it fail. */
export type Core = { take: typeof advance }

/** The path of the run's output. */
export const OUTPUT_PATH = '$output'

/** Converts the result of a node to a fact. If a value cannot be stored, the node fails. */
export function outcomeFact(
  shell: TurnShell,
  path: string,
  attempt: number,
  result: NodeResult,
  now: number,
): ShellFact {
  if ('wait' in result) return openWait(shell, path, attempt, result, now)
  const used = result.usage === undefined ? {} : { usage: result.usage }
  if ('error' in result) return { fact: { type: 'node.failed', path, attempt, error: result.error, ...used } }
  const encoded = encodeValue(result.output)
  if (!encoded.ok) return { fact: { type: 'node.failed', path, attempt, error: encoded.error, ...used } }
  const fact: Fact = {
    type: 'node.succeeded',
    path,
    attempt,
    ...(result.port === undefined ? {} : { port: result.port }),
    ...used,
  }
  return { fact, output: encoded.value, ...(result.respond ? { respond: result.respond } : {}) }
}

/** Whether events of the team can end it. Under any other name, only signals can. */
export const isEventWait = (wait: Wait | null): wait is Wait & { name: string } =>
  wait?.kind === 'signal' && wait.name !== undefined && isEventPattern(wait.name)

/** Stores what a person or a later signal needs. An approval gets its id here, once, in the turn that opens it. */
function openWait(
  shell: TurnShell,
  path: string,
  attempt: number,
  result: Extract<NodeResult, { wait: unknown }>,
  now: number,
): ShellFact {
  const { store } = shell
  const approvalId = result.wait.kind === 'approval' ? newApprovalId(shell.run.spec.runId) : null
  const wait = approvalId === null ? result.wait : { ...result.wait, name: approvalId }
  return {
    fact: { type: 'node.waiting', path, attempt, wait },
    onAccepted: () => {
      const known = store.readWait(path)
      if (known?.attempt === attempt) return
      store.writeWait({
        path,
        attempt,
        approvalId,
        since: now,
        detail: result.detail ?? null,
        decisions: [],
        ...(isEventWait(wait) ? { listed: true } : {}),
      })
      if (approvalId !== null) store.pushOutbox('approval', { path }, now)
    },
  }
}
