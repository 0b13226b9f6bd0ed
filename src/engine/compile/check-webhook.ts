import type { Trigger } from '../definition.ts'
import { type Location, type Problems, quoted } from '../problem.ts'
import { signsItsId } from '../webhook-trigger.ts'

/** `credential` that stands for the trigger's own secret, as its key does. */
const OWN_SECRET = 'trigger'

export type WebhookTrigger = Extract<Trigger, { type: 'webhook' }>

/** Some of the fields may be missing or wrong: that has been reported, and the rest is checked all the same. */
export function checkWebhook(trigger: Partial<WebhookTrigger>, at: Location, problems: Problems): void {
  const { auth, idHeader } = trigger
  if (auth === undefined || auth.type === 'none') return
  const { credential = OWN_SECRET } = auth
  if (credential !== OWN_SECRET && credential !== (trigger.key ?? trigger.type)) {
    const hint = `Write "${OWN_SECRET}" and set the secret with PUT /api/v1/workflows/{id}/triggers/{key}/secret`
    problems.add(
      [...at, 'auth', 'credential'],
      'trigger.unknown_credential',
      `There is no credential ${quoted(credential)}`,
      hint,
    )
  }
  if (idHeader === undefined || !signsItsId(auth)) return
  problems.add(
    [...at, 'idHeader'],
    'trigger.unused_id_header',
    `Deliveries of the type ${quoted(auth.type)} are named by what is signed, so a header has no say`,
  )
}
