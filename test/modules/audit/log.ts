// A separate log for each test: entries of a team that exists nowhere else, sealed by the real job.
import { env } from 'cloudflare:workers'
import { newId } from '../../../src/core/ids.ts'
import { commit } from '../../../src/db/commit.ts'
import { sealAudit, verifyAudit } from '../../../src/modules/audit/index.ts'
import { clock } from '../../helpers/clock.ts'
import { withContext } from '../../helpers/jobs.ts'

export const newLog = (): string => newId('team', clock.now())

export async function write(teamId: string, ...actions: string[]): Promise<void> {
  for (const action of actions)
    await withContext((request) =>
      commit(
        { ...request, system: true },
        { audit: { action, targetType: 'thing', targetId: `${teamId}-thing`, teamId, after: { action } } },
      ),
    )
}

export async function seal(): Promise<number> {
  let total = 0
  for (;;) {
    const { entries } = await withContext((request) => sealAudit(request))
    if (entries === 0) return total
    total += entries
  }
}

export const verify = (teamId: string) => withContext((request) => verifyAudit(request, { teamId }))

export const sql = (text: string, ...params: (string | number | null)[]) =>
  env.DB.prepare(text)
    .bind(...params)
    .run()

export type Row = { seq: number; id: string; action: string; seal: string | null }

export async function rows(teamId: string): Promise<Row[]> {
  const { results } = await env.DB.prepare(
    'SELECT seq, id, action, seal FROM audit_log WHERE team_id = ? ORDER BY seq',
  )
    .bind(teamId)
    .all<Row>()
  return results
}

export const copies = async (teamId: string): Promise<string[]> =>
  (await env.FILES.list({ prefix: `audit-seals/${teamId}/` })).objects.map((object) => object.key)

/** A log that was broken on purpose must not break the check of all logs in another test. */
export async function forget(teamId: string): Promise<void> {
  await sql('DELETE FROM audit_log WHERE team_id = ?', teamId)
  await sql('DELETE FROM audit_seals WHERE team_id = ?', teamId)
  await env.FILES.delete(await copies(teamId))
}
