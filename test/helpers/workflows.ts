// Stored workflows, inserted directly into D1.
import { env } from 'cloudflare:workers'
import { sha256Hex } from '../../src/core/crypto.ts'
import { newId } from '../../src/core/ids.ts'
import { clock } from './clock.ts'
import type { Definition } from './runs.ts'

export async function newWorkflow(
  teamId: string,
  definition: Definition,
  key: string | null = null,
): Promise<string> {
  const now = clock.next()
  const id = newId('wf', now)
  const text = JSON.stringify(definition)
  await env.DB.batch([
    env.DB.prepare(
      "INSERT INTO workflows (id, team_id, name, tags, created_by, created_at, updated_at, key) VALUES (?, ?, 'Test', '[]', 'usr_x', ?, ?, ?)",
    ).bind(id, teamId, now, now, key),
    env.DB.prepare(
      "INSERT INTO workflow_versions (workflow_id, version, definition, definition_hash, triggers, created_by, created_at) VALUES (?, 1, ?, ?, '[]', 'usr_x', ?)",
    ).bind(id, text, await sha256Hex(text), now),
  ])
  return id
}
