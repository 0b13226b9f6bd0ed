// What clients see of a run: without secrets, and with data of other objects.
import type { Json } from '../../../src/core/json.ts'
import { hasEnded } from '../../../src/engine/model/state.ts'
import type { EventPage, NodeDetail, RunRpc, RunView } from '../../../src/objects/workflow-run.ts'
import type { RunMachine } from '../machine.ts'
import { placeInLine } from '../outside/admission/gate.ts'
import { outputsOf } from '../outside/other-runs/carried-over.ts'
import { viewNode } from './node-view.ts'
import { hideSecrets, hideStored } from './redaction.ts'
import { viewRun } from './view.ts'

export async function showRun(
  machine: RunMachine,
  include: Parameters<RunRpc['view']>[0],
): Promise<RunView | null> {
  const { run, store } = machine
  if (run === null) return null
  const full = viewRun(run, store, include)
  const view = include.raw ? full : hideStored(full, run)
  const inLine = view.waitingFor.some(({ kind }) => kind === 'slot')
  const place = inLine ? await placeInLine(machine) : null
  if (place === null) return view
  const waitingFor = view.waitingFor.map((wait) =>
    wait.kind === 'slot' ? { ...wait, detail: { place } } : wait,
  )
  return { ...view, waitingFor }
}

export function showNode({ run, store, now }: RunMachine, path: string): NodeDetail | null {
  const node = run === null ? null : viewNode(run, store, path, now())
  if (run === null || node === null) return null
  return hideSecrets(node as unknown as Json, run.spec) as unknown as NodeDetail
}

export function showEvents({ run, live }: RunMachine, afterSeq: number, limit: number): EventPage | null {
  if (run === null) return null
  const events = live.page(afterSeq, limit)
  const lastSeq = events.at(-1)?.seq ?? afterSeq
  return { events, lastSeq, headSeq: live.headSeq(), ended: hasEnded(run.state) }
}

export function showOutputs(machine: RunMachine, paths: string[]): [path: string, json: string | null][] {
  const run = machine.requireRun()
  const hidden = (json: string) => JSON.stringify(hideStored(JSON.parse(json), run))
  return outputsOf(machine, paths).map(([path, json]) => [path, json === null ? null : hidden(json)])
}
