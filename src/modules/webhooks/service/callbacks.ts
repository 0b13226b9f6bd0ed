// Callbacks of runs. They are signed and retried like webhooks. The secret belongs to the team, because the URL of a callback is
// set when a run starts.
import type { RequestContext, ServiceContext } from '../../../context.ts'
import { toIso } from '../../../core/clock.ts'
import { sha256Hex, utf8 } from '../../../core/crypto.ts'
import { derivedId } from '../../../core/ids.ts'
import { sealSecret } from '../../../core/secret-box.ts'
import { commit } from '../../../db/commit.ts'
import { runBatch } from '../../../db/statement.ts'
import { wakeLanes } from '../../../objects/webhook-sender.ts'
import { workflowRun } from '../../../objects/workflow-run.ts'
import type { RunCallback } from '../../../queue/messages/runs.ts'
import { MAX_BODY_BYTES } from '../payload.ts'
import { findCallbackKey, rotateCallbackKey } from '../repo/callback-keys.ts'
import { insertDelivery } from '../repo/deliveries.ts'
import { insertOwnEvent } from '../repo/events.ts'
import type { WebhookSecret } from '../schema/endpoint.ts'
import { newSecret } from '../signature.ts'
import { callbackSecretPlace, changedMeanwhile, OLD_SECRET_LIFE_MS, requireRotatable } from './secrets.ts'

const TYPE = 'run.callback'

/** Turns it into a delivery of the team, which the object for its host sends. */
export async function queueCallback(
  request: RequestContext,
  { runId, teamId, url, body }: RunCallback,
  outboxId: string,
): Promise<void> {
  const team = teamId ?? (await workflowRun(request.env.RUNS, runId).view({ output: false }))?.teamId ?? ''
  const now = request.now()
  const lane = await laneOf(team, url)
  const event = {
    id: outboxId,
    teamId: team,
    type: TYPE,
    body: textOf(body as Record<string, unknown>, linkOf(request, runId)),
    at: now,
  }
  await runBatch(request.env.DB, [
    insertOwnEvent(event),
    insertDelivery({
      ...{
        id: await derivedId('dlv', outboxId),
        teamId: team,
        endpointId: null,
        eventId: outboxId,
        type: TYPE,
      },
      ...{ runId, url, lane, claim: null, now },
    }),
  ])
  request.defer(wakeLanes(request.env.WEBHOOKS, [lane]))
}

/** One object sends the callbacks of a team to one host, so a slow host does not delay the others. */
export async function laneOf(teamId: string, url: string): Promise<string> {
  const host = URL.canParse(url) ? new URL(url).host : ''
  return `callback_${(await sha256Hex(`${teamId} ${host}`)).slice(0, 32)}`
}

const linkOf = ({ settings }: RequestContext, runId: string): string =>
  `${settings.PUBLIC_URL.replace(/\/+$/, '')}/api/v1/runs/${runId}`

/** Only the input and the output can make a run large. */
function textOf(body: Record<string, unknown>, link: string): string {
  const shown = body.outputOmitted === true ? { ...body, link } : body
  const whole = JSON.stringify(shown)
  if (utf8(whole).length <= MAX_BODY_BYTES) return whole
  const short = JSON.stringify({ ...body, output: null, outputOmitted: true, link })
  if (utf8(short).length <= MAX_BODY_BYTES) return short
  return JSON.stringify({ ...body, input: null, inputOmitted: true, output: null, outputOmitted: true, link })
}

export async function rotateCallbackSecret(ctx: ServiceContext, force: boolean): Promise<WebhookSecret> {
  const { teamId } = ctx.actor
  const now = ctx.now()
  const before = await findCallbackKey(ctx.env.DB, teamId)
  requireRotatable(before?.oldSecretUntil ?? null, now, force)
  const secret = newSecret()
  const sealed = await sealSecret(ctx.settings.SECRETS_KEYS, callbackSecretPlace(teamId), secret)
  const oldUntil = now + OLD_SECRET_LIFE_MS
  const done = await commit(ctx, {
    guard: rotateCallbackKey(teamId, before?.secret ?? null, sealed, oldUntil, now),
    audit: { action: 'webhook.callback_secret_rotated', targetType: 'team', targetId: teamId },
  })
  if (done === 'guard_missed') throw changedMeanwhile()
  return { secret, oldSecretUntil: before === null ? null : toIso(oldUntil) }
}
