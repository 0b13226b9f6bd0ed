// A delivery to a webhook trigger: judged, started as a run, answered as the trigger says. Invariants:
// 1. A trigger that is off, gone or not meant by the path is answered like one that never was.
// 2. One question to D1 and one call of the run's object, whatever the trigger asks for.
// 3. A delivery with a signature starts one run, however often and however late it comes: the run's id follows from it.
import type { RequestContext } from '../../context.ts'
import { AppError, notFound } from '../../core/errors.ts'
import type { Json } from '../../core/json.ts'
import { openSecret } from '../../core/secret-box.ts'
import { HEADER_NAME } from '../../engine/definition.ts'
import type { HttpAnswer } from '../../objects/workflow-run.ts'
import { type Started, startRunnable } from '../executions/index.ts'
import { matchHookPath } from '../workflows/index.ts'
import { type Delivery, inputOf } from './delivery.ts'
import type { Hook } from './repo.ts'
import type { HookReceipt } from './schema.ts'
import { triggerSecretPlace } from './secret.ts'
import { type HookAuth, type Proof, proveDelivery } from './verify.ts'

const MOST_WAIT_MS = 60_000

export type HookConfig = {
  methods?: string[]
  path?: string
  entry?: string
  respond?: 'immediately' | 'on-respond' | 'on-finish'
  auth?: HookAuth
}

export type HookAnswer =
  | { kind: 'receipt'; status: 200 | 202; receipt: HookReceipt }
  | { kind: 'respond'; answer: HttpAnswer }
  | { kind: 'output'; runId: string; output: unknown }

/** What the path after the token gives, once method and path are the trigger's. */
export function requireMeant(config: HookConfig, method: string, path: string): Record<string, string> {
  const params = matchHookPath(config.path ?? '', path)
  if (params === null) throw notFound('The webhook')
  const methods = config.methods ?? ['POST']
  if (!methods.includes(method))
    throw new AppError('route.method_not_allowed', { headers: { allow: methods.join(', ') } })
  return params
}

export async function receiveDelivery(
  request: RequestContext,
  hook: Hook,
  delivery: Delivery,
): Promise<HookAnswer> {
  const config = JSON.parse(hook.config) as HookConfig
  const params = requireMeant(config, delivery.method, delivery.path)
  const auth = config.auth ?? { type: 'none' }
  const secret = auth.type === 'none' ? '' : await secretOf(request, hook, auth.credential)
  // Of a trigger from before names were checked.
  if (auth.type !== 'none' && auth.header !== undefined && !HEADER_NAME.test(auth.header))
    throw new AppError('hook.not_configured', { detail: 'The trigger names a header that cannot be one.' })
  const proof = await proveDelivery(auth, secret, delivery, request.now())
  const input = await inputOf(delivery, params, auth.type === 'none' ? null : (auth.header ?? null))
  const respond = config.respond ?? 'immediately'
  const once = await onceOf(hook, delivery, proof)
  const started = await startRunnable(request, hook, {
    input,
    trigger: { type: 'webhook', key: hook.triggerKey, ...(proof === null ? {} : { delivery: proof.stamp }) },
    startedBy: null,
    options:
      respond === 'immediately'
        ? {}
        : { waitMs: MOST_WAIT_MS, waitFor: respond === 'on-respond' ? 'respond' : 'end' },
    ...once,
    ...(config.entry === undefined ? {} : { entry: config.entry }),
  })
  // A sender that tries again signs again, and learns of the run it has started; the same signature is a replay.
  if (!started.created && proof !== null && started.execution.trigger.delivery === proof.stamp)
    throw new AppError('hook.replayed')
  return answerOf(started, respond)
}

async function secretOf(
  request: RequestContext,
  hook: Hook,
  credential: string | undefined,
): Promise<string> {
  if (credential !== 'trigger' && credential !== hook.triggerKey)
    throw new AppError('hook.not_configured', {
      detail: `The trigger names the credential ${credential}, and integrations are not configured here.`,
    })
  if (hook.secret === null)
    throw new AppError('hook.not_configured', {
      detail: 'Set the secret with PUT /api/v1/workflows/{id}/triggers/{key}/secret.',
    })
  return openSecret(
    request.settings.SECRETS_KEYS,
    triggerSecretPlace(hook.teamId, hook.triggerId),
    hook.secret,
  )
}

/** The run that starts is the memory of its delivery: known by what was signed, and told from another by its body. */
async function onceOf(
  hook: Hook,
  { headers, bytes, url, method, path }: Delivery,
  proof: Proof | null,
): Promise<{ once?: string; request?: Json }> {
  const once = (word: string) => `hook ${hook.triggerId} ${word}`
  const key = headers.get('idempotency-key')
  if (proof === null && key === null) return {}
  const body = Array.from(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)))
  if (proof !== null) return { once: once(proof.word), request: { body } }
  return { once: once(`key ${key}`), request: { method, path, query: url.search, body } }
}

function answerOf({ execution, answer }: Started, respond: HookConfig['respond']): HookAnswer {
  const { id: runId, status, output } = execution
  const receipt = { runId, status }
  if (respond === 'immediately') return { kind: 'receipt', status: 202, receipt }
  if (respond === 'on-respond' && answer !== null) return { kind: 'respond', answer }
  if (status === 'failed' || status === 'cancelled')
    throw new AppError('run.failed', {
      detail: `The run ${runId} ${status === 'failed' ? 'has failed' : 'was cancelled'}.`,
    })
  if (status !== 'succeeded') return { kind: 'receipt', status: 202, receipt }
  return respond === 'on-finish'
    ? { kind: 'output', runId, output }
    : { kind: 'receipt', status: 200, receipt }
}
