import type { Context, MiddlewareHandler } from 'hono'
import { notFound } from '../../core/errors.ts'
import { idPattern } from '../../core/ids.ts'
import type { AppEnv } from '../../http/app-env.ts'
import { access } from '../../http/auth.ts'
import { doc, validate } from '../../http/openapi.ts'
import { limitByAddress, limitByPlan } from '../../http/rate-limit.ts'
import { router, UPDATE } from '../../http/router.ts'
import { SANDBOX, toResponse } from './answer.ts'
import { readBytes } from './delivery.ts'
import { receiveDelivery } from './receive.ts'
import { findHook, type Hook } from './repo.ts'
import { HookReceipt, SetTriggerSecret } from './schema.ts'
import { storeTriggerSecret } from './secret.ts'

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
  const url = new URL(c.req.url)
  const delivery = {
    method: c.req.method,
    path: restOf(url),
    url,
    headers: c.req.raw.headers,
    bytes: await readBytes(c.req.raw),
  }
  const answer = await receiveDelivery(c.var.request, c.var.hook, delivery)
  if (answer.kind === 'respond') return toResponse(answer.answer)
  if (answer.kind === 'output') {
    c.header('Content-Security-Policy', SANDBOX)
    return c.json(answer.output as object, 200)
  }
  c.header('Location', `/api/v1/workflows/executions/${answer.receipt.runId}`)
  return c.json(answer.receipt, answer.status)
}

const documented = doc('Deliver to a webhook trigger', 202, HookReceipt, {
  otherAnswers: { '2XX': 'What the run answers, as the trigger says', '3XX': 'The same, to go elsewhere' },
  description:
    'Only the methods and the path of the trigger are taken. The body has at most 1 MB; the run’s input is `{ method, path, params, query, headers, body }`. ' +
    'JSON is its value, a form its fields, text a string; a file of a form, and a body of any other type, is `{ contentType, encoding: "base64", content }`, the file with its `filename`. ' +
    'The answer is the receipt with 202 at once, or, as the trigger says, what the run answers (`flow.respond`) or its output; a run that takes longer than 60 s is answered with the receipt. ' +
    'A trigger with `auth` of the type `hmac` expects `webhook-id`, `webhook-timestamp` and `webhook-signature` (Standard Webhooks), or in a header of its own the hexadecimal HMAC of the body (of `<webhook-timestamp>.<body>` where that header is sent). ' +
    'A delivery that comes a second time starts no second run: as long as the first one’s run is kept: signed anew under the same `webhook-id` it is answered with that run, else with 409. Another body under the same `webhook-id` is refused with 422; a body that may come twice, signed in a header of its own, needs a `webhook-timestamp`. Without a signature an `Idempotency-Key` does the same.',
})

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']

export const hookRoutes = router()
for (const path of ['/:token', '/:token/:rest{.+}']) {
  hookRoutes.on(METHODS, path, limitByHook as unknown as MiddlewareHandler<AppEnv>, documented, (c) =>
    receive(c as unknown as Context<HookEnv>),
  )
}

export const triggerSecretRoutes = router().on(
  UPDATE,
  `/:id{${idPattern('wf')}}/triggers/:key/secret`,
  access('workflows:write'),
  doc('Set what deliveries of a webhook trigger are checked with', 204, null, {
    description:
      'Used when `auth.credential` of the trigger is `trigger` or the key of the trigger. It belongs to the key and survives versions; it is never shown.',
  }),
  validate('json', SetTriggerSecret),
  async (c) => {
    await storeTriggerSecret(c.var.ctx, c.req.param('id'), c.req.param('key'), c.req.valid('json'))
    return c.body(null, 204)
  },
)
