// The log of refused deliveries, which shows why a webhook does not start runs. Invariants:
// 1. It stores the method, the path, the size and a few headers; never bodies, signatures or queries.
// 2. The statements themselves limit how much unauthenticated senders can make us store. Rows are deleted after a week.
// 3. The response to the sender neither waits for the log nor fails with it.
import type { RequestContext, ServiceContext } from '../../context.ts'
import { toIso } from '../../core/clock.ts'
import { type AppError, ERRORS, type ErrorCode, notFound } from '../../core/errors.ts'
import { newId } from '../../core/ids.ts'
import { type Page, toPage } from '../../db/paginate.ts'
import { runBatch } from '../../db/statement.ts'
import { VENDOR_ID_HEADERS } from '../../engine/triggers/webhook-trigger.ts'
import { findTrigger } from '../triggers/index.ts'
import type { HookConfig } from './receive.ts'
import { countRefusals, findRefusals, insertRefusal, type RefusalRow } from './refusals-repo.ts'
import type { Hook } from './repo.ts'
import type { ListRefused, RefusedDelivery } from './schema.ts'

/** Errors of the sender or the trigger, not ours. */
const isRefusal = (code: ErrorCode): boolean => ERRORS[code].status < 500 || code === 'hook.not_configured'

type Attempted = { method: string; path: string; headers: Headers; sizeBytes: number | null }

export function recordRefusal(
  request: RequestContext,
  hook: Hook,
  attempted: Attempted,
  { code, status, message }: AppError,
): void {
  if (isRefusal(code)) note(request, hook, attempted, { code, status, detail: message })
}

/** Not reported to the sender, who could not fix it and would retry. */
export const recordFilterFault = (
  request: RequestContext,
  hook: Hook,
  attempted: Attempted,
  fault: string,
): void => note(request, hook, attempted, { code: 'hook.filter_failed', status: 200, detail: fault })

function note(
  request: RequestContext,
  hook: Hook,
  { method, path, headers, sizeBytes }: Attempted,
  { code, status, detail }: { code: string; status: number; detail: string },
): void {
  const now = request.now()
  const row: RefusalRow = {
    id: newId('ref', now),
    createdAt: now,
    status,
    code,
    detail: detail.slice(0, MAX_CHARS),
    method,
    path: `/${path}`.slice(0, MAX_CHARS),
    deliveryId: shortened(headers.get(idHeaderOf(hook))),
    contentType: shortened(headers.get('content-type')),
    userAgent: shortened(request.userAgent),
    address: request.address,
    sizeBytes,
  }
  request.defer(store(request, hook.triggerId, row))
}

async function store({ env, log }: RequestContext, triggerId: string, row: RefusalRow): Promise<void> {
  try {
    await runBatch(env.DB, insertRefusal(triggerId, row))
  } catch (error) {
    log.warn('a refused delivery could not be noted', { triggerId, error })
  }
}

const MAX_CHARS = 500
const MAX_HEADER_CHARS = 200

const shortened = (value: string | null): string | null => value?.slice(0, MAX_HEADER_CHARS) ?? null

function idHeaderOf({ config }: Hook): string {
  const { auth, idHeader } = JSON.parse(config) as HookConfig
  return idHeader ?? VENDOR_ID_HEADERS[auth?.type ?? 'none'] ?? 'webhook-id'
}

export async function listRefused(
  ctx: ServiceContext,
  workflowId: string,
  key: string,
  query: ListRefused,
): Promise<Page<RefusedDelivery>> {
  const trigger = await findTrigger(ctx.env.DB, ctx.actor.teamId, workflowId, key)
  if (trigger === null) throw notFound('The trigger')
  const rows = await findRefusals(ctx.env.DB, trigger.id, query)
  const page = toPage(
    rows,
    query,
    (row) => ({ value: row.createdAt, id: row.id }),
    ({ createdAt, ...row }): RefusedDelivery => ({ ...row, at: toIso(createdAt) }),
  )
  return query.count ? { ...page, total: await countRefusals(ctx.env.DB, trigger.id) } : page
}
