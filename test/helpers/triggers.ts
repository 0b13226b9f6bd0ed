// Triggers of stored workflows, inserted directly into D1 like by a version.
import { env } from 'cloudflare:workers'
import { randomToken } from '../../src/core/crypto.ts'
import { newId } from '../../src/core/ids.ts'
import { clock } from './clock.ts'

export type TriggerConfig = { type: 'webhook' | 'event' | 'schedule' | 'manual'; [field: string]: unknown }

export async function newTrigger(
  teamId: string,
  workflowId: string,
  config: TriggerConfig & { key?: string },
  nextFireAt: number | null = null,
): Promise<{ id: string; key: string; token: string }> {
  const now = clock.next()
  const id = newId('trg', now)
  const key = config.key ?? config.type
  const token = randomToken()
  await env.DB.prepare(
    `INSERT INTO workflow_triggers (id, workflow_id, team_id, key, type, active, config, token, event_name, next_fire_at, created_at, position)
     VALUES (?, ?, ?, ?, ?, 1, ?, ?, ?, ?, ?, 0)`,
  )
    .bind(
      id,
      workflowId,
      teamId,
      key,
      config.type,
      JSON.stringify({ ...config, key }),
      config.type === 'webhook' ? token : null,
      config.type === 'event' ? config.name : null,
      nextFireAt,
      now,
    )
    .run()
  return { id, key, token }
}
