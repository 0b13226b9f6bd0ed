// Where a start gets its slot of the team from. Invariants:
// 1. Schedules and webhooks take one before the run is there, or are refused. What events and runs start is never refused: it
//    waits in line, or works in the slot of the run that waits for it.
// 2. A start by hand is held against the index, which costs it no question of its own.
import type { RequestContext } from '../../../context.ts'
import { AppError } from '../../../core/errors.ts'
import type { Plan } from '../../../core/plans.ts'
import type { RunSpec, WorkflowRunNamespace } from '../../../objects/workflow-run.ts'
import { workflowRun } from '../../../objects/workflow-run.ts'
import { giveSlotBack, type NewSlot, takeSlot } from '../slot-repo.ts'
import { noSlot } from './room.ts'

const TRIGGERS: ReadonlySet<string> = new Set(['schedule', 'event', 'webhook'])
const BY_RUNS: ReadonlySet<string> = new Set(['workflow', 'error'])
/** An event may start more runs than there are slots, and none of them may be lost. */
const WAITS_IN_LINE: ReadonlySet<string> = new Set([...BY_RUNS, 'event'])

export async function slotFor(
  { env, now }: RequestContext,
  spec: RunSpec,
  plan: Plan,
): Promise<RunSpec['slot']> {
  const { type } = spec.trigger
  if (spec.slot !== undefined) return spec.slot
  if (!TRIGGERS.has(type) && !BY_RUNS.has(type)) return undefined
  // It takes its slot when its time has come.
  if ((spec.startAt ?? 0) > now()) return 'line'
  const answer = await takeSlot(env.DB, newSlot(spec), now())
  if (answer !== 'full') return 'taken'
  if (WAITS_IN_LINE.has(type)) return 'line'
  throw noSlot(plan)
}

const newSlot = (spec: RunSpec): NewSlot => ({
  runId: spec.runId,
  teamId: spec.teamId,
  workflowId: spec.workflowId,
  workflowVersion: spec.workflowVersion,
  workflowName: spec.workflowName,
  triggerType: spec.trigger.type,
  triggerKey: spec.trigger.key ?? null,
  startedBy: spec.startedBy,
})

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

/** Of a start that the run's object has refused. */
export async function takeBack(
  { env }: RequestContext,
  { runId, slot, family }: RunSpec,
  own?: OwnFamily,
): Promise<void> {
  if (slot === 'taken') await giveSlotBack(env.DB, runId)
  if (family === undefined || family.root === runId) return
  if (own) own.uncount(runId)
  else await workflowRun(env.RUNS, family.root).uncountDescendant(runId)
}

/** Beside whatever else goes on: who does not hear it is asked by the sweep. */
export async function tellLetIn(runs: WorkflowRunNamespace, runIds: readonly string[]): Promise<void> {
  await Promise.allSettled(runIds.map((runId) => workflowRun(runs, runId).slotGiven()))
}
