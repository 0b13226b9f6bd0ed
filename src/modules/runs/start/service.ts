// Starts a run of a workflow, for the person or key that requests it.
import type { ReadContext, RequestContext } from '../../../context.ts'
import { AppError, notFound } from '../../../core/errors.ts'
import type { Json } from '../../../core/json.ts'
import { firstOf } from '../../../db/hot-read.ts'
import { type RunSpec, runActor } from '../../../objects/run-spec.ts'
import type { StartOptions } from '../../../objects/workflow-run.ts'
import { judgeUrl } from '../../../providers/outbound/index.ts'
import { draftRunnable, findRunnable, requireEntry, requireMocks } from '../../workflows/index.ts'
import { requireStartRight, requireVersionRight } from './asked.ts'
import { type Started, startRunnable } from './runnable.ts'
import type { StartRun } from './schema.ts'

export async function startRun(
  ctx: ReadContext,
  workflowId: string,
  body: StartRun,
  options: StartOptions & { idempotencyKey: string | null },
): Promise<Started> {
  const { rows, actor } = await ctx.read((who) => findRunnable(who.teamId, workflowId, body.version ?? null))
  const [stored] = rows
  if (!stored) throw await missing(ctx, actor.teamId, workflowId)
  if (body.draft && body.version !== undefined) {
    const message = 'Either a version or the draft.'
    throw new AppError('request.invalid', { errors: [{ path: '/version', message, code: 'custom' }] })
  }
  const runnable = body.draft ? await draftRunnable(ctx, actor, stored) : stored
  requireStartRight(actor, runnable.definition, body)
  if (body.version !== undefined) await requireVersionRight(ctx, actor, runnable)
  if (body.entry !== undefined) requireEntry(JSON.parse(runnable.definition), body.entry)
  if (body.mocks !== undefined) requireMocks(JSON.parse(runnable.definition), body.mocks)
  return startRunnable(ctx, runnable, {
    input: body.input,
    asker: actor,
    trigger: {
      type: 'manual',
      ...(body.draft ? { draft: true } : {}),
      ...(body.mocks === undefined ? {} : { mocked: Object.keys(body.mocks) }),
    },
    startedBy: actor.userId,
    by: runActor({ ...ctx, actor }),
    options,
    ...(options.idempotencyKey === null
      ? {}
      : { once: options.idempotencyKey, request: body as unknown as Json }),
    ...(body.mocks === undefined ? {} : { mocks: body.mocks as RunSpec['mocks'] }),
    ...(body.startAt === undefined ? {} : { startAt: Date.parse(body.startAt) }),
    ...(body.entry === undefined ? {} : { entry: body.entry }),
    more: {
      ...labelsIn(body),
      ...(body.callbackUrl === undefined ? {} : { callbackUrl: requireCallable(ctx, body.callbackUrl) }),
    },
  })
}

export const labelsIn = ({ tags, metadata }: Pick<StartRun, 'tags' | 'metadata'>): Partial<RunSpec> => ({
  ...(tags === undefined || tags.length === 0 ? {} : { tags }),
  ...(metadata === undefined ? {} : { metadata }),
})

/** The URL names the workflow, and the body its version. The error depends on which one is missing. */
export async function missing(ctx: RequestContext, teamId: string, workflowId: string): Promise<AppError> {
  if ((await firstOf(ctx.env.DB, findRunnable(teamId, workflowId, null))) === null)
    return notFound('The workflow')
  return new AppError('request.invalid', {
    detail: 'The workflow has no such version.',
    errors: [{ path: '/version', message: 'The version does not exist.', code: 'not_found' }],
  })
}

function requireCallable({ settings }: RequestContext, url: string): string {
  const judged = judgeUrl(url, settings.OUTBOUND_ALLOW_HOSTS)
  if (!judged.ok) throw new AppError('outbound.blocked', { detail: `callbackUrl: ${judged.error.reason}` })
  return url
}
