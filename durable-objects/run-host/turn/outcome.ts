// What a node's result means to the core: a fact, with what belongs to it and is only kept when the fact is accepted.
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
  /** Other values to keep, by path. */
  values?: [path: string, value: EncodedValue][]
  respond?: HttpAnswer
  /** On waking, what the state asks for is worked out afterwards, each wish once. */
  dropCommands?: boolean
  /** Runs when the fact was accepted, inside the turn. */
  onAccepted?: (seq: number) => void
}

/** What a turn works on. */
export type TurnShell = {
  run: Run
  store: RunStore
  timers: Timers
  core: Core
  /** Told what the turn is at. */
  crashes: { at(key: string | null): void }
  now: () => number
}

/** The core as a part of the run, so that the tests can make it fail like the others. */
export type Core = { take: typeof advance }

/** Where the output of the run is kept. */
export const OUTPUT_PATH = '$output'

/** What a node's result means to the core. A value that cannot be kept is the node's failure. */
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

/** Whether events of the team may end it; under any other name only signals come. */
export const isEventWait = (wait: Wait | null): wait is Wait & { name: string } =>
  wait?.kind === 'signal' && wait.name !== undefined && isEventPattern(wait.name)

/** Keeps what a person or a later signal needs to know. An approval gets its id here, once, in the turn that opens it. */
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
