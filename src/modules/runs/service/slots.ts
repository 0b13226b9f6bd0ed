// What a start needs of its team's plan. Its host has it at hand (`durable-objects/run-host/outside/lease.ts`). Invariants:
// 1. What people, schedules and webhooks start has a slot before the run is there, or is refused. What events and runs start is
//    never refused: it waits in line, or works in the slot of the run that waits for it.
// 2. Each start counts for the month.
import type { RequestContext } from '../../../context.ts'
import { AppError } from '../../../core/errors.ts'
import type { RunHostNamespace, RunSpec, StartRoom } from '../../../objects/workflow-run.ts'
import { workflowRun } from '../../../objects/workflow-run.ts'

const BY_RUNS = ['workflow', 'error']
/** When something else has held it up, it asks for its slot again. */
const BEGINS_IN_LINE: ReadonlySet<string> = new Set([...BY_RUNS, 'schedule', 'event', 'webhook', 'task'])
/** An event may start more runs than there are slots, and none of them may be lost. */
const WAITS_IN_LINE: ReadonlySet<string> = new Set([...BY_RUNS, 'event'])

/** What the host must find room for, and what the run is told of its slot. */
export function roomFor(spec: RunSpec, now: number): { room: StartRoom; slot?: RunSpec['slot'] } {
  const { type } = spec.trigger
  if (spec.slot !== undefined) return { room: 'month', slot: spec.slot }
  const isLater = (spec.startAt ?? 0) > now
  if (!BEGINS_IN_LINE.has(type)) return { room: isLater ? 'month' : 'slot' }
  // It takes its slot when its time has come.
  if (isLater) return { room: 'month', slot: 'line' }
  return { room: WAITS_IN_LINE.has(type) ? 'line' : 'slot', slot: 'taken' }
}

/** Where a run's object counts and takes back its own descendants, since it must not call itself. */
export type OwnFamily = {
  count: (runId: string) => FamilyAnswer
  uncount: (runId: string) => void
}

type FamilyAnswer = 'counted' | 'full' | 'gone'

/** Of the family's first run, before another begins. Throws when there are as many as the plan allows. */
export async function countInFamily(
  { env }: RequestContext,
  { runId, family }: RunSpec,
  own?: OwnFamily,
): Promise<void> {
  if (family === undefined || family.root === runId) return
  const { root, most } = family
  const answer = own ? own.count(runId) : await workflowRun(env.RUNS, root).countDescendant(runId)
  if (answer === 'counted') return
  const detail =
    answer === 'full'
      ? `The run ${root} has led to ${most} runs; the plan allows no more for one start.`
      : `The run ${root}, with which it all began, was deleted; nothing more starts under it.`
  throw new AppError('run.too_many_descendants', { detail })
}

/** Of a start that the run's host has refused. */
export async function uncountInFamily(
  { env }: RequestContext,
  { runId, family }: RunSpec,
  own?: OwnFamily,
): Promise<void> {
  if (family === undefined || family.root === runId) return
  if (own) own.uncount(runId)
  else await workflowRun(env.RUNS, family.root).uncountDescendant(runId)
}

/** Beside whatever else goes on: who does not hear it is asked by the sweep. */
export async function tellLetIn(runs: RunHostNamespace, runIds: readonly string[]): Promise<void> {
  await Promise.allSettled(runIds.map((runId) => workflowRun(runs, runId).slotGiven()))
}
