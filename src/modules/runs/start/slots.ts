// What a start needs from its team's plan. Its host usually has it (`durable-objects/run-host/outside/admission/lease.ts`). Invariants:
// 1. A run started by a person, a schedule or a webhook gets a slot before it exists, or is refused. A run started by an event
//    or another run is never refused: it waits in line, or uses the slot of the run that waits for it.
// 2. Each start counts towards the month.
import type { RequestContext } from '../../../context.ts'
import { AppError } from '../../../core/errors.ts'
import type { RunSpec } from '../../../objects/run-spec.ts'
import {
  namedHost,
  type RunHostNamespace,
  type StartRoom,
  workflowRun,
} from '../../../objects/workflow-run.ts'

const BY_RUNS = ['workflow', 'error']
/** Starts that request their slot again if something else delayed them. */
const BEGINS_IN_LINE: ReadonlySet<string> = new Set([...BY_RUNS, 'schedule', 'event', 'webhook', 'task'])
/** An event may start more runs than there are slots, and none of them may be lost. */
const WAITS_IN_LINE: ReadonlySet<string> = new Set([...BY_RUNS, 'event'])

/** What the host must have room for, and what the run knows about its slot. */
export function roomFor(spec: RunSpec, now: number): { room: StartRoom; slot?: RunSpec['slot'] } {
  const { type } = spec.trigger
  if (spec.slot !== undefined) return { room: 'month', slot: spec.slot }
  const isLater = (spec.startAt ?? 0) > now
  if (!BEGINS_IN_LINE.has(type)) return { room: isLater ? 'month' : 'slot' }
  // It takes its slot when its start time is reached.
  if (isLater) return { room: 'month', slot: 'line' }
  return { room: WAITS_IN_LINE.has(type) ? 'line' : 'slot', slot: 'taken' }
}

/** How a run's object counts and uncounts its own descendants. It must not send requests to itself. */
export type OwnFamily = {
  count: (runId: string) => FamilyAnswer
  uncount: (runId: string) => void
}

type FamilyAnswer = 'counted' | 'full' | 'gone'

/** Counts the run as a descendant of the root run before it begins. Throws if the plan allows no more. */
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
      ? `The run ${root} has led to ${most} runs, which is the limit of the plan.`
      : `The root run ${root} was deleted, so it cannot have more descendant runs.`
  throw new AppError('run.too_many_descendants', { detail })
}

/** Undoes the count of a start that the run's host refused. */
export async function uncountInFamily(
  { env }: RequestContext,
  { runId, family }: RunSpec,
  own?: OwnFamily,
): Promise<void> {
  if (family === undefined || family.root === runId) return
  if (own) own.uncount(runId)
  else await workflowRun(env.RUNS, family.root).uncountDescendant(runId)
}

/** Asks hosts to return what they do not use. The lease of one that does not answer expires. */
export async function askToGiveBack(
  runs: RunHostNamespace,
  teamId: string,
  hosts: readonly string[],
): Promise<void> {
  await Promise.allSettled(hosts.map((host) => namedHost(runs, host).giveBack(teamId, host)))
}

/** Does not delay the caller. The sweep asks runs that miss the message. */
export async function wakeAdmitted(runs: RunHostNamespace, runIds: readonly string[]): Promise<void> {
  await Promise.allSettled(runIds.map((runId) => workflowRun(runs, runId).slotGiven()))
}
