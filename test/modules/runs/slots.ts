// Runs that are active until they are ended, and the slots of their team.
import { env } from 'cloudflare:workers'
import { inject } from 'vitest'
import { newId } from '../../../src/core/ids.ts'
import type { RunStatus } from '../../../src/engine/model/state.ts'
import { eventually } from '../../helpers/changes.ts'
import { clock } from '../../helpers/clock.ts'
import { type Definition, runOf } from '../../helpers/runs.ts'

/** The slots of the plan `free`. */
export const FREE = 20

/** Its call is never answered, so it is active until it is cancelled. */
export const busy = (settings: Record<string, unknown> = {}): Definition => ({
  settings,
  nodes: [
    { id: 'call', type: 'http.request', params: { url: `${inject('httpTarget')}/drip` }, timeoutMs: 600_000 },
  ],
})

export type SlotRow = {
  id: string
  status: RunStatus
  seq: number
  slot: string | null
  lineSince: number | null
}

export async function rowsOf(teamId: string): Promise<SlotRow[]> {
  const { results } = await env.DB.prepare(
    `SELECT id, status, seq, slot, line_since AS lineSince FROM runs WHERE team_id = ? AND workflow_name <> 'Other'
     ORDER BY created_at, id`,
  )
    .bind(teamId)
    .all<SlotRow>()
  return results
}

export const rowOf = async (teamId: string, runId: string): Promise<SlotRow | undefined> =>
  (await rowsOf(teamId)).find(({ id }) => id === runId)

export const usedSlots = async (teamId: string): Promise<number> =>
  new Set((await rowsOf(teamId)).flatMap(({ slot }) => slot ?? [])).size

/** Other active runs of the team, so that only this many slots are left. */
export async function leave(teamId: string, free: number): Promise<void> {
  if (free === FREE) return
  const insert = env.DB.prepare(
    `INSERT INTO runs (id, team_id, workflow_version, workflow_name, status, trigger_type, seq, created_at, slot)
     VALUES (?1, ?2, 1, 'Other', 'running', 'manual', 1, ?3, ?1)`,
  )
  await env.DB.batch(
    Array.from({ length: FREE - free }, () => insert.bind(newId('run', clock.now()), teamId, clock.now())),
  )
}

export const cancel = (runId: string) => runOf(runId).control('cancel', 'me')

export const reaches = (runId: string, status: RunStatus): Promise<void> =>
  eventually(async () => {
    const view = await runOf(runId).view({})
    if (view?.status !== status) throw new Error(`It is ${view?.status}`)
  })

/** The index is updated a moment after the run itself. */
export const shows = (teamId: string, runId: string, row: Partial<SlotRow>): Promise<void> =>
  eventually(async () => {
    const found = await rowOf(teamId, runId)
    for (const [name, value] of Object.entries(row))
      if (found?.[name as keyof SlotRow] !== value) throw new Error(JSON.stringify(found))
  })
