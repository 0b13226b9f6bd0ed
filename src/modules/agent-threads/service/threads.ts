// Threads of a team. Like runs, they belong to the team: everyone who may read agents can read them, and everyone who
// may call agents can continue them. Only the creator and administrators of the team can rename and delete a thread.
import type { Actor, RequestContext, ServiceContext } from '../../../context.ts'
import { toIso } from '../../../core/clock.ts'
import { AppError, notFound } from '../../../core/errors.ts'
import { newId } from '../../../core/ids.ts'
import type { Json } from '../../../core/json.ts'
import { commit, commitOrStale } from '../../../db/commit.ts'
import { type Page, toPage } from '../../../db/paginate.ts'
import { currentAgent } from '../../agents/index.ts'
import { transcriptOf } from '../pure/answer.ts'
import { partsOf } from '../pure/ui.ts'
import { countMessages, findMessages, type MessageRow } from '../repo/messages.ts'
import {
  countThreads,
  deleteThread as deleteRow,
  findThread,
  findThreads,
  insertThread,
  MAX_THREADS,
  setThreadTitle,
  type ThreadRow,
  updateThread as updateRow,
} from '../repo/threads.ts'
import type {
  CreateThread,
  ListMessages,
  ListThreads,
  Thread,
  ThreadMessage,
  UpdateThread,
} from '../schema.ts'
import { settleTurns } from './settle.ts'

type Ctx = RequestContext & { actor: Actor }

const toThread = (row: ThreadRow): Thread => ({
  id: row.id,
  agentId: row.agentId === '' ? null : row.agentId,
  title: row.title,
  metadata: JSON.parse(row.metadata) as Thread['metadata'],
  turns: row.turns,
  bytes: row.bytes,
  runId: row.runId,
  inLine: Math.max(0, row.open - 1),
  summary: row.summary === '' ? null : row.summary,
  createdBy: row.createdBy,
  createdAt: toIso(row.createdAt),
  updatedAt: toIso(row.updatedAt),
})

/** A run that has just ended may still be shown here. Reading the thread copies its answer. */
export async function listThreads(ctx: ServiceContext, query: ListThreads): Promise<Page<Thread>> {
  const { teamId } = ctx.actor
  const rows = await findThreads(ctx.env.DB, teamId, query)
  const field = query.sort.replace('-', '') as 'createdAt' | 'updatedAt'
  const page = toPage(rows, query, (row) => ({ value: row[field], id: row.id }), toThread)
  return query.count ? { ...page, total: await countThreads(ctx.env.DB, teamId, query) } : page
}

export async function requireThread({ env, actor }: Ctx, id: string): Promise<ThreadRow> {
  const row = await findThread(env.DB, actor.teamId, id)
  if (row === null) throw notFound('The thread')
  return row
}

/** The thread after finished answers were copied. */
async function settled(ctx: Ctx, id: string): Promise<ThreadRow> {
  const row = await requireThread(ctx, id)
  if (row.open === 0) return row
  await settleTurns(ctx, id)
  return requireThread(ctx, id)
}

export const getThread = async (ctx: ServiceContext, id: string): Promise<Thread> =>
  toThread(await settled(ctx, id))

export async function createThread(ctx: ServiceContext, input: CreateThread): Promise<Thread> {
  const { agentId = '', title = '', metadata } = input
  const { teamId, userId } = ctx.actor
  if (agentId !== '' && (await currentAgent(ctx.env.DB, teamId, agentId)) === null)
    throw new AppError('request.invalid', {
      errors: [{ path: '/agentId', code: 'agent.not_found', message: 'the team has no such agent' }],
    })
  const now = ctx.now()
  const id = newId('thr', now)
  const row = {
    id,
    teamId,
    agentId,
    title,
    metadata: JSON.stringify(metadata),
    createdBy: userId,
    createdAt: now,
  }
  const outcome = await commit(ctx, {
    guard: insertThread(row),
    audit: { action: 'thread.created', targetType: 'thread', targetId: id, after: { agentId, title } },
  })
  if (outcome === 'guard_missed')
    throw new AppError('resource.conflict', { detail: `A team has at most ${MAX_THREADS} threads.` })
  return toThread(await requireThread(ctx, id))
}

function requireRight({ actor }: Ctx, { createdBy }: ThreadRow): void {
  if (createdBy === actor.userId || actor.teamRole === 'owner' || actor.teamRole === 'admin') return
  throw new AppError('access.denied', {
    detail: 'Only the creator of the thread and administrators of the team can change or delete it.',
  })
}

export async function updateThread(ctx: ServiceContext, id: string, input: UpdateThread): Promise<Thread> {
  const row = await requireThread(ctx, id)
  requireRight(ctx, row)
  const title = input.title ?? row.title
  const metadata = input.metadata === undefined ? row.metadata : JSON.stringify(input.metadata)
  if (title !== row.title || metadata !== row.metadata)
    await commitOrStale(ctx, {
      guard: updateRow(ctx.actor.teamId, id, { title, metadata }, ctx.now()),
      audit: {
        action: 'thread.updated',
        targetType: 'thread',
        targetId: id,
        before: { title: row.title },
        after: { title },
      },
    })
  return getThread(ctx, id)
}

/** A call that is being answered continues as a run. */
export async function deleteThread(ctx: ServiceContext, id: string): Promise<void> {
  const row = await requireThread(ctx, id)
  requireRight(ctx, row)
  await commitOrStale(ctx, {
    guard: deleteRow(ctx.actor.teamId, id),
    audit: {
      action: 'thread.deleted',
      targetType: 'thread',
      targetId: id,
      before: { title: row.title, turns: row.turns },
    },
  })
}

const MAX_TITLE_CHARS = 80

/** A thread without a title gets the beginning of its first question. */
export async function titleFrom(ctx: Ctx, { id }: ThreadRow, asked: readonly Json[]): Promise<void> {
  const text = transcriptOf(asked, 500).replace(/^User: /, '')
  const title = text.replace(/\s+/g, ' ').trim().slice(0, MAX_TITLE_CHARS)
  if (title === '') return
  await setThreadTitle(ctx.env.DB, id, title)
}

export async function listMessages(
  ctx: ServiceContext,
  id: string,
  query: ListMessages,
): Promise<Page<ThreadMessage>> {
  await settled(ctx, id)
  const rows = await findMessages(ctx.env.DB, id, query)
  const page = toPage(rows, query, ({ at }) => ({ value: at, id: '' }), toMessage)
  return query.count ? { ...page, total: await countMessages(ctx.env.DB, id) } : page
}

function toMessage({ at, runId, node, said, outcome, createdAt }: MessageRow): ThreadMessage {
  const isAnswer = at % 2 === 1
  // A run of a workflow may answer more than once.
  const id = node === '' ? runId : `${runId}.${node}`
  return {
    id: isAnswer ? id : `${id}-asked`,
    role: isAnswer ? 'assistant' : 'user',
    parts: partsOf(JSON.parse(said) as Json[]),
    metadata: { runId, finishReason: isAnswer ? outcome : null, createdAt: toIso(createdAt) },
  }
}
