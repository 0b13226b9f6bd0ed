import type { Trigger } from '../definition.ts'
import { type Location, type Problems, quoted } from '../problem.ts'

/** `credential` that stands for the trigger's own secret, as its key does. */
const OWN_SECRET = 'trigger'

/** What deliveries are checked with has to be named, and there has to be such a thing. */
export function checkWebhookAuth(trigger: Partial<Trigger>, at: Location, problems: Problems): void {
  if (trigger.type !== 'webhook' || trigger.auth === undefined || trigger.auth.type === 'none') return
  const { credential } = trigger.auth
  if (credential === OWN_SECRET || credential === (trigger.key ?? trigger.type)) return
  const path = [...at, 'auth', 'credential']
  const hint = `Write "${OWN_SECRET}" and set the secret with PUT /api/v1/workflows/{id}/triggers/{key}/secret`
  if (credential === undefined || credential === '')
    problems.add(path, 'trigger.missing_credential', 'Deliveries cannot be checked without a secret', hint)
  else problems.add(path, 'trigger.unknown_credential', `There is no credential ${quoted(credential)}`, hint)
}
