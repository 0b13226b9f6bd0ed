// The way a run is started cannot bypass questions that the workflow asks people, unless the caller may edit the workflow.
import type { Actor, RequestContext } from '../../../context.ts'
import { firstOf } from '../../../db/hot-read.ts'
import type { Definition } from '../../../engine/model/definition.ts'
import { parsePath } from '../../../engine/model/path.ts'
import type { RunSpec } from '../../../objects/run-spec.ts'
import { askingNodes, findRunnable, mayEdit, requireEditor, skipsQuestion } from '../../workflows/index.ts'

type Version = { id: string; definition: string; definitionHash: string }

const parsed = (definition: string): Definition => JSON.parse(definition) as Definition

/** A mock can answer in place of people or lead around a question. An entry node can come after the question. */
export function requireStartRight(
  actor: Actor,
  definition: string,
  { mocks, entry }: { mocks?: unknown; entry?: string | undefined },
): void {
  if (mayEdit(actor)) return
  if (mocks !== undefined) requireEditor(actor, 'A start with mocks')
  if (entry !== undefined && skipsQuestion(parsed(definition), entry))
    requireEditor(actor, 'A start after an approval or a sub-workflow')
}

/** An older version, or a draft, may lack questions that the current version asks. */
export async function requireVersionRight(
  ctx: RequestContext,
  actor: Actor,
  version: Version,
): Promise<void> {
  if (mayEdit(actor)) return
  const current = await firstOf(ctx.env.DB, findRunnable(actor.teamId, version.id, null))
  if (current === null || current.definitionHash === version.definitionHash) return
  if (askingNodes(parsed(current.definition)).length > 0)
    requireEditor(actor, 'A run of a version other than the current one, which asks for approvals,')
}

type Following = { from: string | undefined; isChanged: boolean; spec: RunSpec }

/** A run that follows another one has the same mocks and entry. With a different input or version, it needs the same rights as a new start. */
export async function requireFollowRight(
  ctx: RequestContext & { actor: Actor },
  { from, isChanged, spec }: Following,
): Promise<void> {
  const { actor } = ctx
  if (mayEdit(actor) || spec.mode === 'compensate') return
  requireStartRight(actor, spec.definition, spec)
  if (spec.workflowId !== null && (spec.mode === 'rerun' || isChanged))
    await requireVersionRight(ctx, actor, { ...spec, id: spec.workflowId })
  if (!isChanged) return
  const definition = parsed(spec.definition)
  const asking = new Set(askingNodes(definition))
  const keepsAnswer = (spec.carriedOver?.outcomes ?? []).some(
    ({ path, status }) =>
      (status === 'succeeded' || status === 'failed') && asking.has(parsePath(path)?.segments[0]?.id ?? ''),
  )
  if (keepsAnswer || (from !== undefined && skipsQuestion(definition, from)))
    requireEditor(actor, 'Continuing after an approval or a sub-workflow with a different input or version')
}
