import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { sha256Hex } from '../../../src/core/crypto.ts'
import { canonicalJson } from '../../../src/core/json.ts'
import { sealAudit, verifyAudit } from '../../../src/modules/audit/index.ts'
import type { AuditVerdict } from '../../../src/modules/audit/schema.ts'
import { withContext } from '../../helpers/jobs.ts'
import { newTeam } from '../../helpers/people.ts'
import { copies, newLog, rows, seal, sql, verify, write } from './log.ts'

test('each entry is sealed over the previous seal and the stored row', async () => {
  const team = newLog()
  await write(team, 'a.one', 'a.two')
  await seal()
  const stored = await env.DB.prepare(
    `SELECT seq, id, team_id AS teamId, actor_id AS actorId, actor_kind AS actorKind, actor_key_id AS actorKeyId, action,
       target_type AS targetType, target_id AS targetId, before, after, address, user_agent AS userAgent,
       request_id AS requestId, created_at AS createdAt FROM audit_log WHERE team_id = ? ORDER BY seq`,
  )
    .bind(team)
    .all()
  const first = await sha256Hex(canonicalJson(stored.results[0]))
  const second = await sha256Hex(first + canonicalJson(stored.results[1]))
  expect((await rows(team)).map((row) => row.seal)).toEqual([first, second])
  const record = await env.DB.prepare('SELECT entries, seal FROM audit_seals WHERE team_id = ?')
    .bind(team)
    .first()
  expect(record).toEqual({ entries: 2, seal: second })
})

test('each call creates one copy of the newest seal, and the chain continues from there', async () => {
  const team = newLog()
  await write(team, 'a.one', 'a.two')
  await seal()
  await write(team, 'a.three')
  await seal()
  const [, two, three] = await rows(team)
  expect(await copies(team)).toEqual(
    [two, three].map((row) => `audit-seals/${team}/${String(row?.seq).padStart(16, '0')}.json`),
  )
  expect(await verify(team)).toMatchObject({ ok: true, entries: 3, fault: null })
})

test('concurrent sealers create one chain', async () => {
  const team = newLog()
  await write(team, 'a.one', 'a.two', 'a.three', 'a.four', 'a.five')
  await Promise.all(
    [1, 2, 3, 4, 5].map((entries) => withContext((request) => sealAudit(request, { pages: 9, entries }))),
  )
  await seal()
  const log = await rows(team)
  expect(log.every((row) => row.seal !== null)).toBe(true)
  expect(await verify(team)).toMatchObject({ ok: true, entries: 5 })
  const record = await env.DB.prepare('SELECT entries FROM audit_seals WHERE team_id = ?').bind(team).first()
  expect(record).toEqual({ entries: 5 })
})

test('a sealer with an outdated seal changes nothing', async () => {
  const team = newLog()
  await write(team, 'a.one')
  await seal()
  const [one] = await rows(team)
  await write(team, 'a.two')
  // Between the read and the write of this sealer, another one finishes.
  let first = true
  await withContext((request) => {
    const DB = new Proxy(env.DB, {
      get: (d1, name) => {
        const value = Reflect.get(d1, name)
        if (name !== 'batch') return typeof value === 'function' ? value.bind(d1) : value
        return async (statements: D1PreparedStatement[]) => {
          if (first) {
            first = false
            await write(team, 'a.three')
            await seal()
          }
          return d1.batch(statements)
        }
      },
    })
    return sealAudit({ ...request, env: { ...env, DB } }, { pages: 1, entries: 1 })
  })
  expect(first).toBe(false)
  expect((await rows(team))[0]).toEqual(one)
  expect(await verify(team)).toMatchObject({ ok: true, entries: 3 })
})

test('a copy from before a crash is valid, and the next call uses it', async () => {
  const team = newLog()
  await write(team, 'a.one')
  await expect(
    withContext((request) => {
      const DB = new Proxy(env.DB, {
        get: (d1, name) => {
          const value = Reflect.get(d1, name)
          if (name === 'batch') return () => Promise.reject(new Error('killed'))
          return typeof value === 'function' ? value.bind(d1) : value
        },
      })
      return sealAudit({ ...request, env: { ...env, DB } })
    }),
  ).rejects.toThrow('killed')
  expect(await copies(team)).toHaveLength(1)
  expect((await rows(team))[0]?.seal).toBeNull()
  expect(await verify(team)).toMatchObject({ ok: true })
  await seal()
  expect(await copies(team)).toHaveLength(1)
  expect(await verify(team)).toMatchObject({ ok: true, entries: 1 })
})

test('a call does a limited amount of work, the oldest entries first', async () => {
  await seal()
  const team = newLog()
  await write(team, 'a.one', 'a.two', 'a.three')
  expect(await withContext((request) => sealAudit(request, { pages: 1, entries: 2 }))).toEqual({ entries: 2 })
  expect((await rows(team)).map((row) => row.seal !== null)).toEqual([true, true, false])
})

test('if no copy can be created, nothing is sealed', async () => {
  await seal()
  const team = newLog()
  await write(team, 'a.one')
  const FILES = { put: () => Promise.reject(new Error('no store')) } as unknown as R2Bucket
  const result = await withContext((request) => sealAudit({ ...request, env: { ...env, FILES } }))
  expect(result).toEqual({ entries: 0 })
  expect((await rows(team))[0]?.seal).toBeNull()
})

test('the log of a deleted team stays and still verifies', async () => {
  const { teamId } = await newTeam()
  await write(teamId, 'team.changed')
  await seal()
  await sql('DELETE FROM teams WHERE id = ?', teamId)
  await write(teamId, 'team.deleted')
  await seal()
  expect((await rows(teamId)).map((row) => row.action)).toEqual(['team.changed', 'team.deleted'])
  expect(await verify(teamId)).toMatchObject({ ok: true, entries: 2 })
})

test('all logs can be checked in steps, each from where the last one stopped', async () => {
  const team = newLog()
  await write(team, 'a.one', 'a.two', 'a.three', 'a.four', 'a.five')
  await seal()
  let cursor: string | null = null
  const steps: number[] = []
  do {
    const from: string | null = cursor
    const verdict: AuditVerdict = await withContext((request) =>
      verifyAudit(request, { teamId: team, budget: 2, ...(from === null ? {} : { cursor: from }) }),
    )
    expect(verdict.ok).toBe(true)
    steps.push(verdict.entries)
    cursor = verdict.nextCursor
  } while (cursor)
  expect(steps).toEqual([2, 2, 1])
})

test('without a team every log is checked', async () => {
  const teams = [newLog(), newLog()]
  for (const team of teams) await write(team, 'a.one')
  await seal()
  let checked = 0
  let cursor: string | null = null
  do {
    const from: string | null = cursor
    const verdict: AuditVerdict = await withContext((request) =>
      verifyAudit(request, from === null ? {} : { cursor: from }),
    )
    expect(verdict.fault).toBeNull()
    checked += verdict.teams
    cursor = verdict.nextCursor
  } while (cursor)
  expect(checked).toBeGreaterThanOrEqual(2)
})
