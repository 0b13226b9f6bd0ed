import { env } from 'cloudflare:workers'
import { afterEach, expect, test } from 'vitest'
import { DAY_MS } from '../../../src/core/clock.ts'
import { archiveAudit } from '../../../src/modules/audit/service/archive.ts'
import { get } from '../../helpers/api.ts'
import { clock } from '../../helpers/clock.ts'
import { withContext } from '../../helpers/jobs.ts'
import { newPerson } from '../../helpers/people.ts'
import { retainTeamsSince } from '../../helpers/retention.ts'
import { resetSettings, setSettings } from '../admin/settings.ts'
import { forget, newLog, rows, seal, sql, verify, write } from './log.ts'

afterEach(resetSettings)

const archive = (teamId: string, before = clock.now() + 1) =>
  withContext((request) => archiveAudit(request, teamId, before))

const parts = async (teamId: string) =>
  (await env.FILES.list({ prefix: `audit-archive/${teamId}/` })).objects.map(({ key }) => key)

const clear = async (teamId: string): Promise<void> => {
  await sql('DELETE FROM audit_archives WHERE team_id = ?', teamId)
  await env.FILES.delete(await parts(teamId))
  await forget(teamId)
}

test('archived entries leave the table, can be read, and the whole log still verifies', async () => {
  const team = newLog()
  await write(team, 'a.one', 'a.two')
  await seal()
  await archive(team)
  expect(await rows(team)).toEqual([])
  expect(await verify(team)).toMatchObject({ ok: true, entries: 2 })
  await write(team, 'a.three', 'a.four')
  await seal()
  expect(await verify(team)).toMatchObject({ ok: true, entries: 4 })
  await archive(team)
  await write(team, 'a.five')
  await seal()
  expect((await rows(team)).map(({ action }) => action)).toEqual(['a.five'])
  expect(await verify(team)).toMatchObject({ ok: true, entries: 5, fault: null })

  const admin = await newPerson({ platformRole: 'admin' })
  const list = '/api/v1/admin/audit-logs/archives'
  const { body } = await get(`${list}?team=${team}&limit=1&count=true`, admin)
  expect([body.items.length, body.items[0].entries, body.total]).toEqual([1, 2, 2])
  const next = await get(`${list}?team=${team}&limit=1&cursor=${body.nextCursor}`, admin)
  const file = await get(`${list}/${team}/${next.body.items[0].id}`, admin)
  const lines = file.text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).action)
  expect(lines).toEqual(['a.three', 'a.four'])
  expect((await get(`${list}/${team}/1`, admin)).status).toBe(404)
})

test('only sealed entries from before that time are archived, and repeating it does nothing', async () => {
  const team = newLog()
  await write(team, 'a.one')
  clock.advance(DAY_MS)
  const before = clock.now()
  await write(team, 'a.two')
  await archive(team, before)
  expect((await rows(team)).length).toBe(2)
  await seal()
  await Promise.all([archive(team, before), archive(team, before)])
  await archive(team, before)
  expect((await rows(team)).map(({ action }) => action)).toEqual(['a.two'])
  expect(await parts(team)).toHaveLength(1)
  expect(await verify(team)).toMatchObject({ ok: true, entries: 2 })
})

test('a log that was tampered with is not archived, so the fault stays where it is', async () => {
  const team = newLog()
  await write(team, 'a.one', 'a.two')
  await seal()
  await sql("UPDATE audit_log SET action = 'a.changed' WHERE team_id = ? AND action = 'a.one'", team)
  await archive(team)
  expect(await parts(team)).toEqual([])
  expect((await verify(team)).fault).toMatchObject({ fault: 'changed' })
  await clear(team)
})

async function archived(...actions: string[]): Promise<{ team: string; key: string }> {
  const team = newLog()
  await write(team, ...actions)
  await seal()
  await archive(team)
  const [key = ''] = await parts(team)
  await write(team, 'a.last')
  await seal()
  return { team, key }
}

test('a changed archive is found', async () => {
  const { team, key } = await archived('a.one', 'a.two', 'a.three')
  const text = (await (await env.FILES.get(key))?.text()) ?? ''
  await env.FILES.put(key, text.replaceAll('a.two', 'a.forged'))
  expect((await verify(team)).fault).toMatchObject({ fault: 'changed', detail: expect.any(String) })
  await env.FILES.put(
    key,
    `${text
      .split('\n')
      .filter((line) => !line.includes('a.two'))
      .join('\n')}`,
  )
  expect((await verify(team)).ok).toBe(false)
  await env.FILES.put(key, text)
  expect((await verify(team)).ok).toBe(true)
})

test('a missing archive is found', async () => {
  const { team, key } = await archived('a.one', 'a.two')
  await env.FILES.delete(key)
  expect((await verify(team)).fault).toMatchObject({ fault: 'missing' })
  await clear(team)
})

test('a crash between the archive and the deletion is repaired', async () => {
  const team = newLog()
  await write(team, 'a.one')
  await seal()
  const broken = {
    ...env,
    DB: { ...env.DB, prepare: env.DB.prepare.bind(env.DB), batch: () => Promise.reject(new Error('lost')) },
  }
  await expect(
    withContext((request) => archiveAudit({ ...request, env: broken as never }, team, clock.now() + 1)),
  ).rejects.toThrow('lost')
  expect([(await parts(team)).length, (await rows(team)).length]).toEqual([1, 1])
  await write(team, 'a.two')
  await seal()
  await archive(team)
  expect(await rows(team)).toEqual([])
  expect(await verify(team)).toMatchObject({ ok: true, entries: 2 })
})

test('the tick archives the logs of teams whose plan has it', async () => {
  const since = clock.now()
  const [free, premium] = [await newPerson({ plan: 'free' }), await newPerson({ plan: 'premium' })]
  for (const { teamId } of [free, premium]) await write(teamId, 'a.old')
  await seal()
  clock.advance(40 * DAY_MS)
  await setSettings({ retention: { audit: { free: 30 } } })
  await retainTeamsSince(since)
  expect([(await rows(free.teamId)).length, (await rows(premium.teamId)).length]).toEqual([0, 1])
  expect(await verify(free.teamId)).toMatchObject({ ok: true, entries: 1 })
})
