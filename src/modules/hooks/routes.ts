import type { Context, MiddlewareHandler } from 'hono'
import { AppError, notFound } from '../../core/errors.ts'
import { idPattern } from '../../core/ids.ts'
import type { AppEnv } from '../../http/app-env.ts'
import { access } from '../../http/auth.ts'
import { doc, validate } from '../../http/openapi.ts'
import { limitByAddress, limitByPlan } from '../../http/rate-limit.ts'
import { router } from '../../http/router.ts'
import { SANDBOX, toResponse } from './answer.ts'
import { readBytes } from './delivery.ts'
import { type HookAnswer, receiveDelivery } from './receive.ts'
import { listRefused, recordFilterFault, recordRefusal } from './refusals.ts'
import { findHook, type Hook } from './repo.ts'
import { HookReceipt, ListRefused, RefusedDeliveryPage } from './schema.ts'

type HookEnv = AppEnv & { Variables: AppEnv['Variables'] & { hook: Hook } }

/**
 * A sender such as a code host delivers to many teams from few addresses. So deliveries count against the team's plan, and only
 * requests that match no trigger count against the address.
 */
export const limitByHook: MiddlewareHandler<HookEnv> = async (c, next) => {
  const plain = c as unknown as Context<AppEnv>
  const token = c.req.param('token') ?? ''
  const hook = /^[A-Za-z0-9_-]{16,128}$/.test(token) ? await findHook(c.env.DB, token) : null
  if (hook === null) {
    await limitByAddress(plain, async () => undefined)
    throw notFound('The webhook')
  }
  await limitByPlan(plain, hook)
  c.set('hook', hook)
  await next()
}

/** `/api/v1/hooks/<token>` and the rest of the path, undecoded: a parameter may contain an encoded slash. */
const restOf = (url: URL): string => url.pathname.split('/').slice(5).join('/')

async function receive(c: Context<HookEnv>): Promise<Response> {
  const { request, hook } = c.var
  const url = new URL(c.req.url)
  const { method } = c.req
  const attempted = {
    method,
    path: restOf(url),
    headers: c.req.raw.headers,
    sizeBytes: null as number | null,
  }
  try {
    const bytes = await readBytes(c.req.raw)
    attempted.sizeBytes = bytes.length
    const answer = await receiveDelivery(request, hook, { ...attempted, url, bytes })
    if (answer.kind === 'ignored' && answer.fault !== null)
      recordFilterFault(request, hook, attempted, answer.fault)
    return respond(c, answer)
  } catch (error) {
    if (error instanceof AppError) recordRefusal(request, hook, attempted, error)
    throw error
  }
}

function respond(c: Context<HookEnv>, answer: HookAnswer): Response {
  if (answer.kind === 'respond') return toResponse(answer.answer)
  if (answer.kind === 'challenge') return toResponse({ status: 200, headers: {}, body: answer.challenge })
  if (answer.kind === 'ignored') return c.json(answer.ignored, 200)
  if (answer.kind === 'output') {
    c.header('Content-Security-Policy', SANDBOX)
    return c.json(answer.output as object, 200)
  }
  c.header('Location', `/api/v1/workflows/executions/${answer.receipt.runId}`)
  return c.json(answer.receipt, answer.status)
}

const documented = doc('hooks.deliver', 'Deliver to a webhook trigger', 202, HookReceipt, {
  otherAnswers: {
    '2XX': 'The response of the run, if the trigger is configured for it',
    '3XX': 'A redirect sent by the run',
  },
  description:
    'Accepts GET, POST, PUT, PATCH and DELETE, also at paths below this one. The method and path must match the trigger. The body can have at most 1 MB. The run’s input is `{ method, path, params, query, headers, body }`. ' +
    'In the input, a JSON body is its value, a form is its fields, and text is a string. Files in a form and bodies of other types are `{ contentType, encoding: "base64", content }`; files also have `filename`. ' +
    'Depending on the trigger, the response is an immediate 202 receipt, the response of the run (`flow.respond`) or the output of the run. If the run takes longer than 60 s, the response is the receipt. ' +
    'A trigger with `auth` of the type `hmac` expects `webhook-id`, `webhook-timestamp` and `webhook-signature` (Standard Webhooks), or a custom header with the hexadecimal HMAC of the body, or of `<webhook-timestamp>.<body>` if `webhook-timestamp` is sent. `github`, `stripe`, `slack` and `shopify` expect the signatures of those services. ' +
    'A repeated delivery starts no second run: as long as the first run is kept, the response is 200 with that run. A delivery is identified by its signed id, the id of the service or the id in `idHeader`; without an id by its signature; without a signature by `Idempotency-Key`. A different body with the same id gets 422, unless the id is from one of these services. ' +
    'If the `filter` does not match, the response is `{ "runId": null, "status": "ignored", "reason": "filter" }`. For a `ping` of GitHub, the reason is `"ping"`. For `url_verification` of Slack, the response is its challenge.',
})

const METHODS = ['POST', 'GET', 'PUT', 'PATCH', 'DELETE']

export const hookRoutes = router()
for (const path of ['/:token', '/:token/:rest{.+}']) {
  hookRoutes.on(METHODS, path, limitByHook as unknown as MiddlewareHandler<AppEnv>, documented, (c) =>
    receive(c as unknown as Context<HookEnv>),
  )
}

const TRIGGER = `/:id{${idPattern('wf')}}/triggers/:key` as const

export const refusedDeliveryRoutes = router().get(
  `${TRIGGER}/refused-deliveries`,
  access('workflows:read'),
  doc(
    'workflows.triggers.listRefusedDeliveries',
    'List the refused deliveries of a webhook trigger',
    200,
    RefusedDeliveryPage,
    {
      description:
        'Why deliveries did not start a run. At most 20 per minute are recorded, and the newest 200 are kept for 7 days. Bodies, queries and signatures are not stored.',
    },
  ),
  validate('query', ListRefused),
  async (c) =>
    c.json(await listRefused(c.var.ctx, c.req.param('id'), c.req.param('key'), c.req.valid('query'))),
)
