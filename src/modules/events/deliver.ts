// Delivers an event to the runs that wait for it. Invariants:
// 1. It can be repeated at any point: a run takes an event once, and the follow-up messages have deterministic ids.
// 2. A message visits a limited number of runs. The message for the next page is sent before any run is visited, so a failure on
//    one page does not delay the pages after it.
// 3. A run that does not respond is retried alone, by a message of its own, until the message is given up.
import type * as z from 'zod'
import type { RequestContext } from '../../context.ts'
import { derivedId } from '../../core/ids.ts'
import type { Json } from '../../core/json.ts'
import { matchesEvent } from '../../engine/model/event-name.ts'
import { type TeamEvent, workflowRun } from '../../objects/workflow-run.ts'
import { EventDeliver } from '../../queue/messages/events.ts'
import { doOutboxRow } from '../../queue/outbox.ts'
import { postMessages } from '../../queue/post.ts'
import { deleteWaitsUntil, findWaitedKeys, findWaiting } from '../runs/index.ts'
import { findEvent } from './repo.ts'

type Message = z.infer<typeof EventDeliver>
type Cursor = NonNullable<Message['after']>

/** A consumer gets ten messages at a time, and all their calls share one limit. */
const RUNS_A_MESSAGE = 50
const AT_ONCE = 6
const PATIENCE_MS = 10_000

/** Pages that one request visits. The queue handles the rest. */
const PAGES_AT_ONCE = 8

/**
 * Runs after the response to the sender, because the queue collects its messages for a second. The queue has the same message:
 * whichever claims its row first does the work.
 */
export async function deliverAtOnce(request: RequestContext, outboxId: string): Promise<void> {
  let next: string | null = outboxId
  for (let page = 0; next !== null && page < PAGES_AT_ONCE; page++) {
    const current: string = next
    next = null
    await doOutboxRow(request, current, async (body) => {
      next = await deliverPage(request, EventDeliver.parse(body))
    })
  }
}

export async function deliverEvent(request: RequestContext, message: Message): Promise<void> {
  await deliverPage(request, message)
}

/** Returns the message for the next page. */
async function deliverPage(request: RequestContext, message: Message): Promise<string | null> {
  const { teamId, eventId } = message
  const row = await findEvent(request.env.DB, teamId, eventId)
  if (row === null) return null
  const { id, name, createdAt: at } = row
  const event: TeamEvent = { teamId, id, name, data: JSON.parse(row.data) as Json, at }
  if (message.runId !== undefined) {
    await visit(request, event, message.runId)
    return null
  }

  const { runIds, next } = await nextRuns(request, event, message.after)
  const [nextId = null] = next === null ? [] : await post(request, message, [{ after: next }])
  const silent: string[] = []
  const left = [...runIds]
  const work = async () => {
    for (let runId = left.pop(); runId !== undefined; runId = left.pop()) {
      try {
        await visit(request, event, runId)
      } catch (error) {
        request.log.warn('an event did not reach a run', { eventId, runId, error })
        silent.push(runId)
      }
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  await post(
    request,
    message,
    silent.map((runId) => ({ runId })),
  )
  return nextId
}

/** The next page of runs, over all keys that match the event, and where to continue. */
async function nextRuns(
  { env }: RequestContext,
  { teamId, name, at }: TeamEvent,
  after: Cursor | undefined,
): Promise<{ runIds: string[]; next: Cursor | null }> {
  const runIds = new Set<string>()
  const keys = await findWaitedKeys(env.DB, teamId, name)
  for (const key of keys) {
    if (after !== undefined && key < after.key) continue
    const afterRunId = key === after?.key ? after.runId : ''
    const limit = RUNS_A_MESSAGE - runIds.size
    const found = await findWaiting(env.DB, { teamId, key, afterRunId, until: at }, limit)
    for (const { runId, names } of found)
      if (names.some((pattern) => matchesEvent(pattern, name))) runIds.add(runId)
    const last = found.at(-1)
    if (last !== undefined && found.length === limit)
      return { runIds: [...runIds], next: { key, runId: last.runId } }
  }
  return { runIds: [...runIds], next: null }
}

async function visit(request: RequestContext, event: TeamEvent, runId: string): Promise<void> {
  const { env } = request
  let timer: ReturnType<typeof setTimeout> | undefined
  const patience = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${runId} does not answer`)), PATIENCE_MS)
  })
  try {
    const isThere = await Promise.race([workflowRun(env.RUNS, runId).takeEvent(event), patience])
    if (!isThere) await deleteWaitsUntil(env.DB, runId, event.at)
  } finally {
    clearTimeout(timer)
  }
}

/** The ids are derived from the content, so repeating a page sends nothing twice. */
async function post(
  request: RequestContext,
  { teamId, eventId }: Message,
  parts: Pick<Message, 'after' | 'runId'>[],
): Promise<string[]> {
  const made = parts.map(async ({ after, runId }) => {
    const what = after === undefined ? `run ${runId}` : `after ${after.key} ${after.runId}`
    return {
      id: await derivedId('msg', `event.deliver ${teamId} ${eventId} ${what}`),
      message: {
        type: 'event.deliver' as const,
        teamId,
        eventId,
        ...(after === undefined ? {} : { after }),
        ...(runId === undefined ? {} : { runId }),
      },
    }
  })
  const messages = await Promise.all(made)
  await postMessages(request.env, messages, request.requestId, request.now())
  return messages.map(({ id }) => id)
}
