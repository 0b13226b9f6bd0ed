import type { Actor, ReadContext, RequestContext } from '../../../context.ts'
import { decodeCursor, encodeCursor } from '../../../core/cursor.ts'
import { AppError, notFound } from '../../../core/errors.ts'
import { firstOf } from '../../../db/hot-read.ts'
import { type Page, toPage } from '../../../db/paginate.ts'
import {
  isUnreadable,
  MAX_SHOWN_CHARS,
  type RunRpc,
  type RunView,
  workflowRun,
} from '../../../objects/workflow-run.ts'
import { findRunnable } from '../../workflows/index.ts'
import type { FollowerRights } from '../live/repo.ts'
import { findTeamOfRun, isMember } from '../repo/runs.ts'
import {
  type CountExecutions,
  type EventsQuery,
  type Execution,
  type ExecutionCounts,
  type ExecutionSummary,
  type ListExecutions,
  type ListNodes,
  type NodeDetail,
  type NodePage,
  RUN_STATUSES,
  type RunEventPage,
} from '../schema.ts'
import { placesOf } from './places.ts'
import { countByStatus, countRuns, findRuns } from './repo.ts'
import { publicError, shown, toExecution, toSummary } from './view.ts'

type Ctx = RequestContext & { actor: Actor; anyTeam?: boolean }

export async function listExecutions(
  ctx: ReadContext,
  query: ListExecutions,
): Promise<Page<ExecutionSummary>> {
  const { rows, actor } = await ctx.read((who) => findRuns(who.teamId, query, query))
  if (rows.length === 0 && query.workflowId !== undefined)
    await requireWorkflow(ctx, actor.teamId, query.workflowId)
  const places = await placesOf(ctx.env.GATES, rows.slice(0, query.limit))
  const page = toPage(
    rows,
    query,
    (row) => ({ value: row.createdAt, id: row.id }),
    (row) => toSummary(row, places[row.id]),
  )
  return query.count ? { ...page, total: await countRuns(ctx.env.DB, actor.teamId, query) } : page
}

export async function countExecutions(ctx: ReadContext, query: CountExecutions): Promise<ExecutionCounts> {
  const { rows, actor } = await ctx.read((who) => countByStatus(who.teamId, query))
  if (rows.length === 0 && query.workflowId !== undefined)
    await requireWorkflow(ctx, actor.teamId, query.workflowId)
  const counted = new Map(rows.map(({ status, runs }) => [status, runs]))
  const byStatus = Object.fromEntries(RUN_STATUSES.map((status) => [status, counted.get(status) ?? 0]))
  const total = rows.reduce((sum, { runs }) => sum + runs, 0)
  return { total, byStatus: byStatus as ExecutionCounts['byStatus'] }
}

async function requireWorkflow(ctx: ReadContext, teamId: string, workflowId: string): Promise<void> {
  if ((await firstOf(ctx.env.DB, findRunnable(teamId, workflowId, null))) === null)
    throw notFound('The workflow')
}

type Include = { nodes?: boolean; output?: boolean; definition?: boolean }
type Found = { run: RunRpc; view: RunView }

/** A run of the team that the request is in. Everything that changes a run uses this. */
export const ownRun = (ctx: RequestContext & { actor: Actor }, runId: string): Promise<Found> =>
  findRun(ctx, runId, { output: false }, 0, false)

/** For reads: without a team header, a person sees the runs of all their teams. */
const seenRun = (ctx: Ctx, runId: string, include: Include = { output: false }, waitMs = 0): Promise<Found> =>
  findRun(ctx, runId, include, waitMs, ctx.anyTeam === true)

/** The object is authoritative and knows its team. Another team's run gets the same response as one that does not exist. */
async function findRun(
  { env, actor }: RequestContext & { actor: Actor },
  runId: string,
  include: Include,
  waitMs: number,
  anyTeam: boolean,
): Promise<Found> {
  // A run of another team must take as long as one that does not exist.
  const maySee = async (teamId: string | null): Promise<boolean> =>
    teamId === actor.teamId || (anyTeam && (await isMember(env.DB, teamId ?? '', actor.userId)))
  const run = workflowRun(env.RUNS, runId)
  const view = await run.view(include).catch(async (error: unknown) => {
    if (!isUnreadable(error)) throw error
    if (!(await maySee(await findTeamOfRun(env.DB, runId)))) throw notFound('The run')
    throw new AppError('run.unreadable', { cause: error })
  })
  if (!(await maySee(view?.teamId ?? null)) || view === null) throw notFound('The run')
  // Wait only if the run is known to be the caller's. Another team's run must take no longer than one that does not exist.
  if (waitMs === 0) return { run, view }
  return { run, view: (await run.view(include, waitMs)) ?? view }
}

export async function getExecution(
  ctx: Ctx,
  runId: string,
  include: string[],
  waitMs: number,
): Promise<Execution> {
  const has = (part: string): boolean => include.includes(part)
  if (has('definition')) requireDefinitions(ctx.actor)
  const parts = { nodes: has('nodes'), output: has('output'), definition: has('definition') }
  const { view } = await seenRun(ctx, runId, parts, waitMs)
  return shown(toExecution(view))
}

/** The run contains the workflow, so an API key also needs the right to read workflows. */
function requireDefinitions({ scopes }: Actor): void {
  if (scopes === null || scopes.includes('workflows:read')) return
  throw new AppError('access.scope_missing', { detail: 'The key needs the scope workflows:read.' })
}

export async function getOutput(ctx: Ctx, runId: string): Promise<Execution['output']> {
  const { view } = await seenRun(ctx, runId, { output: true })
  return toExecution(view).output
}

const BY_PATH = 'path'

export async function listNodes(
  ctx: Ctx,
  runId: string,
  { limit, cursor, status, count }: ListNodes,
): Promise<NodePage> {
  const { run } = await seenRun(ctx, runId)
  const page = await run.nodes({
    limit,
    ...(cursor === undefined ? {} : { after: String(decodeCursor(cursor, BY_PATH).value) }),
    ...(status === undefined ? {} : { status }),
  })
  if (page === null) throw notFound('The run')
  const last = page.nodes.at(-1)?.path
  const nextCursor =
    page.hasMore && last !== undefined ? encodeCursor({ sort: BY_PATH, value: last, id: '' }) : null
  const items = page.nodes.map((node) => ({ ...node, error: publicError(node.error) })) as NodePage['items']
  return { items, nextCursor, ...(count ? { total: page.total } : {}) }
}

const BY_SEQ = 'seq'

function seqOf(cursor: string): number {
  const { value } = decodeCursor(cursor, BY_SEQ)
  if (!Number.isSafeInteger(value) || Number(value) < 0) throw new AppError('request.invalid_cursor')
  return Number(value)
}

export async function listEvents(ctx: Ctx, runId: string, query: EventsQuery): Promise<RunEventPage> {
  const afterSeq = query.cursor === undefined ? query.afterSeq : seqOf(query.cursor)
  const { run } = await seenRun(ctx, runId)
  const page = await run.events(afterSeq, query.limit)
  if (page === null) throw notFound('The run')
  const { events, lastSeq, headSeq, ended } = page
  const nextCursor = lastSeq < headSeq ? encodeCursor({ sort: BY_SEQ, value: lastSeq, id: '' }) : null
  return { items: events as RunEventPage['items'], nextCursor, headSeq, ended }
}

export async function getNode(ctx: Ctx, runId: string, path: string): Promise<NodeDetail> {
  const { run } = await seenRun(ctx, runId)
  const node = await run.node(path)
  if (node === null) throw notFound('The node')
  // Objects of earlier releases did not record attempts.
  const attempts = (node.attempts ?? []).map((one) => ({ ...one, error: publicError(one.error) }))
  return { ...node, error: publicError(node.error), attempts } as NodeDetail
}

/** Leaves out a large output. Its size is shown, and it has its own URL. */
export async function getNodeBriefly(ctx: Ctx, runId: string, path: string): Promise<NodeDetail> {
  const node = await getNode(ctx, runId, path)
  return node.outputBytes > MAX_SHOWN_CHARS ? { ...node, output: null } : node
}

export async function followSocket(
  ctx: Ctx,
  runId: string,
  request: Request,
  afterSeq: number,
): Promise<Response> {
  const { view } = await seenRun(ctx, runId)
  if (request.headers.get('upgrade') !== 'websocket')
    throw new AppError('request.upgrade_required', { headers: { upgrade: 'websocket' } })
  return follow(ctx, view, request, afterSeq)
}

export async function followRun(
  ctx: Ctx,
  runId: string,
  request: Request,
  afterSeq: number,
): Promise<Response> {
  const { view } = await seenRun(ctx, runId)
  return follow(ctx, view, request, afterSeq)
}

/** A socket or an event stream, served by the run's object. */
async function follow(
  ctx: Ctx,
  { id: runId, teamId }: RunView,
  request: Request,
  afterSeq: number,
): Promise<Response> {
  const { userId, sessionId, keyId } = ctx.actor
  const rights: FollowerRights = { userId, teamId, sessionId, keyId }
  const url = new URL(request.url)
  url.search = new URLSearchParams({ afterSeq: String(afterSeq), rights: JSON.stringify(rights) }).toString()
  const { body, status, headers, webSocket } = await workflowRun(ctx.env.RUNS, runId).fetch(
    new Request(url, request),
  )
  if (status === 404) throw notFound('The run')
  if (status === 401) throw new AppError('auth.invalid_token', { detail: 'Your access has just ended.' })
  if (status === 429) {
    const detail = 'The run has reached its limit of followers. Get pages of its events instead.'
    throw new AppError('rate.limited', { detail, retryAfterSeconds: 30 })
  }
  // Copy the response, because the headers of an object's response are immutable.
  return new Response(body, { status, headers, webSocket })
}
