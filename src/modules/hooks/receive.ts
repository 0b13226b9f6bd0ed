// Handles a delivery to a webhook trigger: checks it, starts a run and responds as the trigger says. Invariants:
// 1. A trigger that is inactive, deleted or does not match the path gets the same response as one that never existed.
// 2. One query to D1 and one call of the run's object, whatever the trigger is configured for; one more query if its secret is
//    stored in an integration.
// 3. A signed or named delivery starts one run, however often and late it arrives: the run's id is derived from it.
// 4. Nothing is evaluated, and no handshake is answered, before the sender is authenticated.
import type { RequestContext } from '../../context.ts'
import { AppError, notFound } from '../../core/errors.ts'
import { hideIn, hideValues } from '../../core/hide-values.ts'
import { openSecret } from '../../core/secret-box.ts'
import { judgeFilter } from '../../engine/triggers/trigger-filter.ts'
import { HEADER_NAME, type WebhookAuth } from '../../engine/triggers/webhook-trigger.ts'
import type { HttpAnswer } from '../../objects/workflow-run.ts'
import { openWebhookSecrets } from '../integrations/index.ts'
import { type Started, startRunnable } from '../runs/index.ts'
import { isOwnSecret, matchHookPath, triggerSecretPlace } from '../triggers/index.ts'
import { type Delivery, inputOf } from './delivery.ts'
import { identify } from './identify.ts'
import type { Hook } from './repo.ts'
import type { HookReceipt, IgnoredDelivery } from './schema.ts'
import { greetingOf } from './vendors.ts'
import { proveByOneOf } from './verify.ts'

const MAX_WAIT_MS = 60_000

export type HookConfig = {
  methods?: string[]
  path?: string
  entry?: string
  respond?: 'immediately' | 'on-respond' | 'on-finish'
  auth?: WebhookAuth
  idHeader?: string
  filter?: string | boolean
}

export type HookAnswer =
  | { kind: 'receipt'; status: 200 | 202; receipt: HookReceipt }
  | { kind: 'respond'; answer: HttpAnswer }
  | { kind: 'output'; runId: string; output: unknown }
  /** Accepted without starting a run. `fault` is why the filter could not be evaluated. */
  | { kind: 'ignored'; ignored: IgnoredDelivery; fault: string | null }
  | { kind: 'challenge'; challenge: string }

/** The path parameters, if the method and path match the trigger. */
export function requireMatch(config: HookConfig, method: string, path: string): Record<string, string> {
  const params = matchHookPath(config.path ?? '', path)
  if (params === null) throw notFound('The webhook')
  const methods = config.methods ?? ['POST']
  if (!methods.includes(method))
    throw new AppError('route.method_not_allowed', {
      detail: `This webhook accepts ${methods.join(', ')}.`,
      headers: { allow: methods.join(', ') },
    })
  return params
}

export async function receiveDelivery(
  request: RequestContext,
  hook: Hook,
  delivery: Delivery,
): Promise<HookAnswer> {
  const config = JSON.parse(hook.config) as HookConfig
  const params = requireMatch(config, delivery.method, delivery.path)
  const { auth = { type: 'none' } as const, idHeader, filter, respond = 'immediately' } = config
  const secretHeader = 'header' in auth ? auth.header : undefined
  requireHeaderNames(secretHeader, idHeader)
  const secrets = auth.type === 'none' ? [] : await secretsOf(request, hook, auth.credential)
  const now = request.now()
  const proof = await proveByOneOf(auth, secrets, delivery, now)
  const greeting = greetingOf(auth, delivery)
  if (greeting?.kind === 'challenge') return greeting
  if (greeting?.kind === 'ping') return ignored('ping')
  const identity = await identify({ auth, idHeader }, delivery, proof)
  const sent = await inputOf(delivery, params, secretHeader ?? null)
  // A sender may also put its secret in the body. Runs do not need it, and it must not be shown.
  const input = hideIn(sent, hideValues(secrets))
  const verdict = judgeFilter(filter, { input, item: input.body, now })
  if (!verdict.takes) return ignored('filter', verdict.fault)
  const started = await startRunnable(request, hook, {
    input,
    trigger: {
      type: 'webhook',
      key: hook.triggerKey,
      ...(identity?.deliveryId === undefined ? {} : { delivery: identity.deliveryId }),
    },
    startedBy: hook.createdBy,
    options:
      respond === 'immediately'
        ? {}
        : { waitMs: MAX_WAIT_MS, waitFor: respond === 'on-respond' ? 'respond' : 'end' },
    ...(identity === null ? {} : { once: `hook ${hook.triggerId} ${identity.key}` }),
    ...(identity?.request === undefined ? {} : { request: identity.request }),
    ...(config.entry === undefined ? {} : { entry: config.entry }),
  })
  return answerOf(started, respond, identity?.isDelivery === true && !started.created)
}

const ignored = (reason: IgnoredDelivery['reason'], fault: string | null = null): HookAnswer => ({
  kind: 'ignored',
  ignored: { runId: null, status: 'ignored', reason },
  fault,
})

/** For triggers that were saved before header names were checked. */
function requireHeaderNames(...names: (string | undefined)[]): void {
  if (names.every((name) => name === undefined || HEADER_NAME.test(name))) return
  throw new AppError('hook.not_configured', { detail: 'The header name in the trigger is not valid.' })
}

/** An integration may have two secrets while they are rotated. */
async function secretsOf(
  request: RequestContext,
  hook: Hook,
  credential: string | undefined,
): Promise<string[]> {
  if (credential !== undefined && !isOwnSecret(credential, hook.triggerKey))
    return openIntegrationSecrets(request, hook, credential)
  if (hook.secret === null)
    throw new AppError('hook.not_configured', {
      detail: 'Set the secret with PUT /api/v1/workflows/{id}/triggers/{key}/secret.',
    })
  const place = triggerSecretPlace(hook.teamId, hook.triggerId)
  return [await openSecret(request.settings.SECRETS_KEYS, place, hook.secret)]
}

async function openIntegrationSecrets(request: RequestContext, hook: Hook, ref: string): Promise<string[]> {
  try {
    return await openWebhookSecrets({ ...request, teamId: hook.teamId }, ref)
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    request.log.warn('the secret of a webhook cannot be had', { triggerId: hook.triggerId, error })
    throw new AppError('hook.not_configured', {
      detail: `The trigger uses the secret of the integration ${ref}, but the integration cannot be used.`,
    })
  }
}

/**
 * A sender that retries needs to know that its delivery has arrived. So a known delivery gets 200 and the first run, unless that
 * run has a response of its own. Whether the run failed is no reason for another retry.
 */
function answerOf(
  { execution, answer }: Started,
  respond: HookConfig['respond'],
  isKnown: boolean,
): HookAnswer {
  const { id: runId, status, output } = execution
  const receipt = { runId, status }
  const known: HookAnswer = { kind: 'receipt', status: isKnown ? 200 : 202, receipt }
  if (respond === 'immediately') return known
  if (respond === 'on-respond' && answer !== null) return { kind: 'respond', answer }
  if (status === 'failed' || status === 'cancelled') {
    if (isKnown) return known
    throw new AppError('run.failed', {
      detail: `The run ${runId} ${status === 'failed' ? 'has failed' : 'was cancelled'}.`,
    })
  }
  if (status !== 'succeeded') return known
  return respond === 'on-finish'
    ? { kind: 'output', runId, output }
    : { kind: 'receipt', status: 200, receipt }
}
