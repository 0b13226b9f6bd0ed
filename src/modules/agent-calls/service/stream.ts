// Chats with an agent: a message starts a run and is answered by its stream. A person's decision on a tool call goes
// to the waiting run.
import type { ServiceContext } from '../../../context.ts'
import { AppError, notFound } from '../../../core/errors.ts'
import { isId, runIdOfApproval } from '../../../core/ids.ts'
import type { Json } from '../../../core/json.ts'
import { isTerminal } from '../../../engine/model/state.ts'
import { requireScope } from '../../../http/scopes.ts'
import type { RunRpc } from '../../../objects/workflow-run.ts'
import { requireThread, settleTurns } from '../../agent-threads/index.ts'
import { decideApproval } from '../../approvals/index.ts'
import { followRun, getNode, getOutput, ownRun } from '../../runs/index.ts'
import { MAX_FILES, type StreamStoredAgent, type UiMessage } from '../schema.ts'
import { approvalsIn, fileIn, fromUi } from '../stream/from-ui.ts'
import { uiStream } from '../stream/ui-stream.ts'
import { type Call, callAgent } from './call.ts'

export async function streamAgent(
  ctx: ServiceContext,
  { messages, cancelOnDisconnect = false, trigger, ...chat }: StreamStoredAgent,
  who: Pick<Call, 'agent' | 'agentId'>,
  request: Request,
  idempotencyKey: string | null,
): Promise<Response> {
  const answers = approvalsIn(messages)
  if (answers.length > 0) return continueAnswers(ctx, answers, request)
  const { schema, models, limits, onLimit, metadata, threadId, queue } = chat
  // A thread already has the earlier messages.
  const { said, files } = withoutFiles(fromUi(threadId === undefined ? messages : newestOf(messages)))
  if (said.length === 0)
    throw new AppError('request.invalid', {
      errors: [
        {
          path: '/messages',
          message: 'The messages contain no new question and no answers to tool calls.',
          code: 'custom',
        },
      ],
    })
  const { execution } = await callAgent(
    ctx,
    {
      ...who,
      ...{ schema, models, limits, onLimit, metadata, threadId, queue },
      messages: said,
      ...(files.length === 0 ? {} : { files }),
      isAgain: trigger === 'regenerate-message',
    },
    { idempotencyKey },
  )
  return follow(ctx, { runId: execution.id, node: '' }, request, { cancels: cancelOnDisconnect })
}

/** The files of the newest question are checked, like those of other calls. Those of earlier ones were then. */
function withoutFiles(said: Json[]): { said: Json[]; files: string[] } {
  const last = said.at(-1) as { role?: string; content?: Json } | undefined
  if (last?.role !== 'user' || !Array.isArray(last.content)) return { said, files: [] }
  const files = last.content.flatMap((part) => fileIn(part) ?? [])
  if (files.length > MAX_FILES)
    throw new AppError('request.invalid', {
      errors: [
        { path: '/messages', message: `a question can have at most ${MAX_FILES} files`, code: 'custom' },
      ],
    })
  const content = last.content.filter((part) => fileIn(part) === null)
  return { said: [...said.slice(0, -1), { ...last, content }], files }
}

const newestOf = (messages: UiMessage[]): UiMessage[] =>
  messages.slice(messages.findLastIndex(({ role }) => role !== 'user') + 1)

/** Applies the decisions one by one, like any decision on an approval. Then the stream continues after what was shown. */
async function continueAnswers(
  ctx: ServiceContext,
  answers: ReturnType<typeof approvalsIn>,
  request: Request,
): Promise<Response> {
  const why = 'Answering a waiting tool call needs the right approvals:write.'
  requireScope(ctx.actor, 'approvals:write', why)
  const runs = new Set<string>()
  for (const { approvalId } of answers) {
    const runId = runIdOfApproval(approvalId)
    if (!isId('run', runId)) throw notFound('The approval')
    runs.add(runId)
  }
  const [runId, ...others] = runs
  if (runId === undefined || others.length > 0)
    throw new AppError('request.invalid', {
      errors: [
        {
          path: '/messages',
          message: 'The answers belong to different runs. Send those of one run at a time.',
          code: 'custom',
        },
      ],
    })
  const { run } = await ownRun(ctx, runId)
  const seen = await headOf(run)
  for (const { approvalId, approved, reason } of answers)
    await decideApproval(ctx, approvalId, {
      decision: approved ? 'approve' : 'reject',
      ...(reason === null ? {} : { comment: reason }),
    })
  return follow(ctx, { runId, node: '' }, request, { afterSeq: seen, headSeq: seen })
}

/** Null if the run has ended. Its answer is then read from the run. */
export async function resumeStream(
  ctx: ServiceContext,
  runId: string,
  request: Request,
  node = '',
): Promise<Response | null> {
  const { view, run } = await ownRun(ctx, runId)
  if (isTerminal(view.status)) return null
  return follow(ctx, { runId, node }, request, { headSeq: await headOf(run) })
}

/** The answer in progress in a thread. Null if there is none. */
export async function resumeThread(
  ctx: ServiceContext,
  threadId: string,
  request: Request,
): Promise<Response | null> {
  await requireThread(ctx, threadId)
  const [turn] = await settleTurns(ctx, threadId)
  if (turn === undefined) return null
  return resumeStream(ctx, turn.runId, request, turn.node).catch((error: unknown) => {
    // Its run is being created, or was refused.
    if (error instanceof AppError && error.code === 'resource.not_found') return null
    throw error
  })
}

const headOf = async (run: RunRpc): Promise<number> =>
  (await run.events(Number.MAX_SAFE_INTEGER, 1))?.headSeq ?? 0

type Following = { afterSeq?: number; headSeq?: number; cancels?: boolean }

async function follow(
  ctx: ServiceContext,
  { runId, node }: { runId: string; node: string },
  request: Request,
  { afterSeq = 0, headSeq = 0, cancels = false }: Following,
): Promise<Response> {
  const asked = new Request(new URL(request.url), { headers: { accept: 'text/event-stream' } })
  const { body } = await followRun(ctx, runId, asked, afterSeq)
  if (body === null)
    throw new AppError('service.unavailable', {
      detail: 'The events of the run are not available now. Try again later.',
    })
  return uiStream({
    runId,
    node,
    events: body,
    headSeq,
    outputOf: async (path): Promise<Json> =>
      path === null && node === ''
        ? ((await getOutput(ctx, runId)) as Json)
        : ((await getNode(ctx, runId, path ?? node)).output as Json),
    ...(cancels
      ? {
          onGone: async () => void (await (await ownRun(ctx, runId)).run.control('cancel', ctx.actor.userId)),
        }
      : {}),
  })
}
