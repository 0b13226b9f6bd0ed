import type { Trigger } from '../model/definition.ts'
import { type Location, type Problems, quoted } from '../model/problem.ts'
import { signsItsId } from '../triggers/webhook-trigger.ts'

/** The `credential` that means the trigger's own secret. Its key means the same. */
const OWN_SECRET = 'trigger'

export type WebhookTrigger = Extract<Trigger, { type: 'webhook' }>

/** Some fields may be missing or invalid. That was reported, and the rest is checked anyway. */
export function checkWebhook(trigger: Partial<WebhookTrigger>, at: Location, problems: Problems): void {
  const { auth, idHeader } = trigger
  if (auth === undefined || auth.type === 'none') return
  const { credential = OWN_SECRET } = auth
  // Any other name is that of an integration, which is looked up when the trigger is saved.
  if (credential === '') {
    const hint = `Write "${OWN_SECRET}" and set the secret with PUT /api/v1/workflows/{id}/triggers/{key}/secret`
    problems.add(
      [...at, 'auth', 'credential'],
      'trigger.unknown_credential',
      `The credential ${quoted(credential)} does not exist`,
      hint,
    )
  }
  if (auth.type === 'hmac') checkHmac(auth, at, problems)
  if (idHeader === undefined || !signsItsId(auth)) return
  problems.add(
    [...at, 'idHeader'],
    'trigger.unused_id_header',
    `With ${quoted(auth.type)}, the signed content identifies a delivery, so idHeader has no effect`,
  )
}

const OF_HEADER = ['encoding', 'prefix', 'timestampHeader', 'signedIdHeader', 'separator'] as const

/** Standard Webhooks defines its own headers and encoding, so these fields would have no effect. */
function checkHmac(
  auth: Extract<NonNullable<WebhookTrigger['auth']>, { type: 'hmac' }>,
  at: Location,
  problems: Problems,
): void {
  for (const field of OF_HEADER) {
    if (auth.header !== undefined || auth[field] === undefined) continue
    const message = `"${field}" needs a signature in your own header`
    problems.add([...at, 'auth', field], 'trigger.hmac_needs_header', message, 'Set "header" to its name')
  }
  if (auth.header === undefined || auth.signedIdHeader === undefined || auth.timestampHeader !== undefined)
    return
  problems.add(
    [...at, 'auth', 'signedIdHeader'],
    'trigger.hmac_needs_time',
    '"signedIdHeader" needs "timestampHeader"',
    'Set "timestampHeader" to the header with the time of sending',
  )
}
