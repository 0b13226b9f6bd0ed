// What the result of a call means for its key and model. Invariants:
// 1. Only failures of the provider count, never those that a caller can cause: all teams share the platform's keys, and no team may
//    get one suspended for the others.
// 2. A suspension is reported once, to the people who can fix it.
import { commit } from '../../../db/commit.ts'
import { DEFAULT_TIMEOUT_MS, type FailureReason, type ModelChoice } from '../../../providers/models/index.ts'
import { notify } from '../../../queue/notify.ts'
import { type Gate, recordFailure, recordSuccess } from '../breaker/breaker.ts'
import { findPlatformAdmins } from '../keys/repo.ts'
import { PLATFORM_KEY } from '../targets/key-ref.ts'
import type { ModelsScope, Target } from '../targets/targets.ts'

const COUNTS: ReadonlySet<FailureReason> = new Set(['connection', 'rate_limited', 'overloaded', 'server'])
/** Timeouts do not count if the caller set a short limit. */
const FAIR_TIMEOUT_MS = 30_000

type Outcome = { ok: true } | { ok: false; reason: FailureReason }

export async function recordOutcome(
  scope: ModelsScope,
  rung: ModelChoice,
  target: Target,
  before: Extract<Gate, { pass: true }>['before'],
  outcome: Outcome,
): Promise<void> {
  const { env, now } = scope
  const key = { provider: rung.provider, keyRef: target.keyRef, model: rung.model }
  if (outcome.ok) return recordSuccess(env.DB, key, before)
  const { reason } = outcome
  if (reason === 'key_rejected') {
    const isSuspended = await recordFailure(env.DB, key, 'key', now())
    if (isSuspended && (before.key?.opens ?? 0) === 0) await notifyOfSuspension(scope, rung.provider, target)
    return
  }
  const isFairTimeout = reason === 'timeout' && (rung.timeoutMs ?? DEFAULT_TIMEOUT_MS) >= FAIR_TIMEOUT_MS
  if (reason === 'forbidden') await recordFailure(env.DB, key, 'model', now(), { atOnce: true })
  else if (COUNTS.has(reason) || isFairTimeout) await recordFailure(env.DB, key, 'model', now())
}

async function notifyOfSuspension(scope: ModelsScope, provider: string, { keyRef }: Target): Promise<void> {
  const isPlatform = keyRef === PLATFORM_KEY
  const teamId = isPlatform ? null : scope.teamId
  const to = isPlatform ? { userIds: await findPlatformAdmins(scope.env.DB) } : { role: 'admin' as const }
  await commit(
    { ...scope, system: true },
    {
      audit: {
        action: 'ai_key.suspended',
        targetType: isPlatform ? 'ai_provider' : 'integration',
        targetId: isPlatform ? provider : keyRef,
        teamId: teamId ?? 'system',
        after: { provider },
      },
      messages: [
        notify({
          kind: 'integration.broken',
          to,
          teamId,
          level: 'error',
          title: `${provider} rejects the key`,
          message: [
            `${provider} responded with 401 twice in a row. The key will not be used for 15 minutes and then be tried once.`,
            '',
            isPlatform
              ? 'Replace it with POST /api/v1/admin/settings/ai-providers.'
              : `Replace it with PATCH /api/v1/users/integrations/${keyRef}.`,
          ].join('\n'),
          subject: { type: isPlatform ? 'ai_provider' : 'integration', id: isPlatform ? provider : keyRef },
          dedupeKey: `ai-key-${keyRef}-${provider}`,
        }),
      ],
    },
  )
}
