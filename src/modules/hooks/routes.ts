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
import { listRefused, noteFilterFault, noteRefusal } from './refusals.ts'
import { findHook, type Hook } from './repo.ts'
import { HookReceipt, ListRefused, RefusedDeliveryPage } from './schema.ts'

type HookEnv = AppEnv & { Variables: AppEnv['Variables'] & { hook: Hook } }

/**
 * One sender, such as a code host, delivers to many teams from few addresses: so a team's deliveries count against its
 * plan, and only what leads nowhere counts against the address.
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

/** `/api/v1/hooks/<token>` and what follows, undecoded: a parameter may hold an encoded slash. */
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
      noteFilterFault(request, hook, attempted, answer.fault)
    return respond(c, answer)
  } catch (error) {
    if (error instanceof AppError) noteRefusal(request, hook, attempted, error)
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
    'Takes GET, POST, PUT, PATCH and DELETE, also at paths below this one, but only with the methods and the path of the trigger. The body has at most 1 MB; the run’s input is `{ method, path, params, query, headers, body }`. ' +
    'JSON is its value, a form its fields, text a string; a file of a form, and a body of any other type, is `{ contentType, encoding: "base64", content }`, the file with its `filename`. ' +
    'The answer is the receipt with 202 at once, or, as the trigger says, what the run answers (`flow.respond`) or its output; a run that takes longer than 60 s is answered with the receipt. ' +
    'A trigger with `auth` of the type `hmac` expects `webhook-id`, `webhook-timestamp` and `webhook-signature` (Standard Webhooks), or in a header of its own the hexadecimal HMAC of the body (of `<webhook-timestamp>.<body>` where that header is sent); `github`, `stripe`, `slack` and `shopify` expect what those services send. ' +
    'A delivery that is known is answered with 200 and its first run, as long as that run is kept, and starts no second one. Known is the id that is signed, that of the service, or that of `idHeader`; without an id the signature; without a signature an `Idempotency-Key`. Another body under a known id is refused with 422, unless a service chose the id. ' +
    'A delivery that the `filter` does not take, and a `ping` of GitHub, is answered with `{ "runId": null, "status": "ignored", "reason": "filter" }` or `"ping"`; `url_verification` of Slack with its challenge.',
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
