import { expect, test } from 'vitest'
import { newId } from '../../../src/core/ids.ts'
import { commit } from '../../../src/db/commit.ts'
import { call, get } from '../../helpers/api.ts'
import { clock } from '../../helpers/clock.ts'
import { withContext } from '../../helpers/jobs.ts'
import { newPerson } from '../../helpers/people.ts'
import { forget, newLog, rows, seal, sql, write } from '../audit/log.ts'

const LOGS = '/api/v1/admin/audit-logs'

const newAdmin = () => newPerson({ platformRole: 'admin' })

const actions = (answer: { body: { items: { action: string }[] } }) =>
  answer.body.items.map((item) => item.action)

test('the log is read newest first and walked without repeating or losing an entry', async () => {
  const admin = await newAdmin()
  const team = newLog()
  await write(team, 'w.1', 'w.2', 'w.3')
  const first = await get(`${LOGS}?team=${team}&limit=2`, admin)
  expect(actions(first)).toEqual(['w.3', 'w.2'])
  await write(team, 'w.4')
  const second = await get(`${LOGS}?team=${team}&limit=2&cursor=${first.body.nextCursor}`, admin)
  expect([actions(second), second.body.nextCursor]).toEqual([['w.1'], null])
  expect(actions(await get(`${LOGS}?team=${team}&sort=createdAt&limit=1`, admin))).toEqual(['w.1'])
  expect((await get(`${LOGS}?team=${team}&count=true&limit=1`, admin)).body.total).toBe(4)
})

test('an entry contains the actor, the action, the target, the address and the request', async () => {
  const admin = await newAdmin()
  const other = await newPerson()
  await call('PUT', `/api/v1/admin/users/${other.userId}/role`, {
    as: admin,
    body: { role: 'premium' },
    headers: { 'x-request-id': 'request-4711', 'user-agent': 'test agent', 'cf-connecting-ip': '192.0.2.7' },
  })
  const found = await get(`${LOGS}?target=${other.userId}&action=user.role_changed`, admin)
  expect(found.body.items).toMatchObject([
    {
      action: 'user.role_changed',
      actorId: admin.userId,
      actorKind: 'user',
      targetType: 'user',
      targetId: other.userId,
      before: { role: 'user' },
      after: { role: 'premium' },
      requestId: 'request-4711',
      userAgent: 'test agent',
      address: '192.0.2.7',
    },
  ])
  expect((await get(`${LOGS}?actor=${admin.userId}`, admin)).body.items).toHaveLength(1)
})

test('entries are found by the prefix of their action, in one order', async () => {
  const admin = await newAdmin()
  const team = newLog()
  await write(team, 'mark.b', 'mark.a', 'other.a', 'mark.b', 'mark.c')
  const by = (query: string) => get(`${LOGS}?team=${team}&${query}`, admin)
  expect(actions(await by('q=mark.'))).toEqual(['mark.c', 'mark.b', 'mark.a', 'mark.b'])
  const page = await by('q=mark.&limit=2')
  expect(actions(await by(`q=mark.&limit=2&cursor=${page.body.nextCursor}`))).toEqual(['mark.a', 'mark.b'])
  expect((await by('q=mark.&count=true')).body.total).toBe(4)
  expect(actions(await by('q=mark.b&sort=createdAt'))).toEqual(['mark.b', 'mark.b'])
  expect(actions(await by('q=nothing'))).toEqual([])
})

test('a period includes its start and not its end, also if an entry was committed late', async () => {
  const start = clock.now()
  clock.advance(3_600_000)
  const admin = await newAdmin()
  const team = newLog()
  const entry = (action: string, now: number) =>
    withContext((request) =>
      commit(
        { ...request, now: () => now, system: true },
        { audit: { action, targetType: 'thing', targetId: 'x', teamId: team } },
      ),
    )
  await entry('t.at_start', start + 1_000)
  await entry('t.inside', start + 2_000)
  await entry('t.late', start + 1_500)
  await entry('t.at_end', start + 3_000)
  const span = `from=${new Date(start + 1_000).toISOString()}&to=${new Date(start + 3_000).toISOString()}`
  expect(actions(await get(`${LOGS}?team=${team}&${span}`, admin))).toEqual([
    't.late',
    't.inside',
    't.at_start',
  ])
  expect((await get(`${LOGS}?team=${team}&${span}&count=true`, admin)).body.total).toBe(3)
  expect(actions(await get(`${LOGS}?team=${team}&to=2001-01-01`, admin))).toEqual([])
  expect(actions(await get(`${LOGS}?team=${team}&from=2001-01-01`, admin))).toHaveLength(4)
})

test('an entry is found by its time, also if the clock was wrong while others were made', async () => {
  clock.advance(24 * 3_600_000)
  const at = clock.now()
  const admin = await newAdmin()
  const team = newLog()
  const entry = (action: string, now: number) =>
    withContext((request) =>
      commit(
        { ...request, now: () => now, system: true },
        { audit: { action, targetType: 'thing', targetId: 'x', teamId: team } },
      ),
    )
  await entry('o.ahead', at + 2 * 3_600_000)
  await entry('o.right', at)
  await entry('o.behind', at - 2 * 3_600_000)
  await entry('o.right_again', at + 1)
  const span = (from: number, to: number) =>
    get(
      `${LOGS}?team=${team}&from=${new Date(at + from).toISOString()}&to=${new Date(at + to).toISOString()}`,
      admin,
    )
  expect(actions(await span(-1_800_000, 1_800_000))).toEqual(['o.right_again', 'o.right'])
  expect(actions(await span(-3 * 3_600_000, -1_800_000))).toEqual(['o.behind'])
})

test('a period over all teams is read from an index', async () => {
  const plan = await sql(
    'EXPLAIN QUERY PLAN SELECT id FROM audit_log WHERE seq > 0 AND created_at >= ? AND created_at < ? ORDER BY seq DESC LIMIT 51',
    1,
    2,
  )
  expect(JSON.stringify(plan)).toContain('audit_log_created')
})

test('an export contains all entries, as JSON lines or as CSV', async () => {
  const admin = await newAdmin()
  const team = newLog()
  await write(team, ...Array.from({ length: 520 }, (_, i) => `x.${i}`))
  const lines = await get(`${LOGS}?team=${team}&format=jsonl&sort=createdAt`, admin)
  expect(lines.headers.get('content-disposition')).toBe('attachment; filename="audit-log.jsonl"')
  const read = lines.text.trim().split('\n')
  expect(read.map((line) => JSON.parse(line).action)).toEqual(Array.from({ length: 520 }, (_, i) => `x.${i}`))
  const csv = await get(`${LOGS}?team=${team}&format=csv`, admin)
  expect(csv.headers.get('content-type')).toBe('text/csv; charset=utf-8')
  expect(csv.text.trim().split('\r\n')).toHaveLength(521)
})

test('a cell that a spreadsheet would execute stays text, and quotes are doubled', async () => {
  const admin = await newAdmin()
  const team = newLog()
  await write(team, '=HYPERLINK("http://evil","x")', '@SUM(1)', '+1', '-1', '\tx', 'plain')
  const csv = await get(`${LOGS}?team=${team}&format=csv&sort=createdAt`, admin)
  const column = csv.text.split('\r\n').map((line) => line.split(',system,,,')[1] ?? '')
  expect(column[1]?.startsWith(`"'=HYPERLINK(""http://evil"",""x"")",thing,`)).toBe(true)
  expect(column.slice(2, 6).map((rest) => rest.split(',')[0])).toEqual(["'@SUM(1)", "'+1", "'-1", "'\tx"])
  expect(column[6]?.split(',')[0]).toBe('plain')
})

test('an export with a foreign cursor is refused before anything is sent', async () => {
  const admin = await newAdmin()
  expect((await get(`${LOGS}?format=csv&cursor=nonsense`, admin)).status).toBe(400)
})

test('the check over HTTP reports success, and names problems', async () => {
  const admin = await newAdmin()
  const team = newLog()
  await write(team, 'v.1', 'v.2')
  await seal()
  expect((await get(`${LOGS}/verify?team=${team}`, admin)).body).toEqual({
    ok: true,
    entries: 2,
    teams: 1,
    fault: null,
    nextCursor: null,
  })
  const [one] = await rows(team)
  await sql("UPDATE audit_log SET action = 'v.forged' WHERE seq = ?", one?.seq ?? 0)
  expect((await get(`${LOGS}/verify?team=${team}`, admin)).body).toMatchObject({
    ok: false,
    fault: { teamId: team, fault: 'changed', seq: one?.seq, entryId: one?.id },
  })
  await forget(team)
  expect((await get(`${LOGS}/verify?cursor=nonsense`, admin)).status).toBe(400)
})

test('verifying an unknown team returns 404; real teams and the system are checked', async () => {
  const admin = await newAdmin()
  for (const name of ['team_nope', newId('team', 1)])
    expect((await get(`${LOGS}/verify?team=${name}`, admin)).status).toBe(404)
  const quiet = await newPerson()
  expect((await get(`${LOGS}/verify?team=${quiet.teamId}`, admin)).body).toMatchObject({
    ok: true,
    entries: 0,
  })
  expect((await get(`${LOGS}/verify?team=system`, admin)).status).toBe(200)
})

test.each(['from=yesterday', 'format=xml', 'sort=action', 'colour=red'])('%s is refused', async (query) => {
  expect((await get(`${LOGS}?${query}`, await newAdmin())).status).toBe(422)
})

test('an export of the log is audited with its filters', async () => {
  const admin = await newAdmin()
  const team = newLog()
  await write(team, 'x.1')
  await get(`${LOGS}?team=${team}`, admin)
  await get(`${LOGS}?team=${team}&format=csv`, admin)
  const exports = await get(`${LOGS}?actor=${admin.userId}&action=audit.exported`, admin)
  expect(exports.body.items).toMatchObject([
    { targetType: 'audit_log', targetId: team, after: { format: 'csv', filters: { team } } },
  ])
})
