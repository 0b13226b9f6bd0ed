import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { CHAIN_START, type ChainLink, type ChainRow, nextLink } from '../../../src/modules/audit/chain.ts'
import { findChain } from '../../../src/modules/audit/repo/chain.ts'
import { copies, forget, newLog, type Row, rows, seal, sql, verify, write } from './log.ts'

/** Five entries, sealed in two calls: three and two. */
async function sealedLog(): Promise<{ team: string; log: [Row, Row, Row, Row, Row] }> {
  const team = newLog()
  await write(team, 'a.one', 'a.two', 'a.three')
  await seal()
  await write(team, 'a.four', 'a.five')
  await seal()
  const log = await rows(team)
  expect(await verify(team)).toMatchObject({ ok: true, entries: 5 })
  return { team, log: log as [Row, Row, Row, Row, Row] }
}

/** An attacker who can write to D1: the chain and its record are consistent again, only R2 shows the difference. */
async function sealAnew(team: string): Promise<void> {
  let at: ChainLink = CHAIN_START
  for (const row of await findChain(env.DB, team, 0, 100)) {
    at = await nextLink(at, row)
    await sql('UPDATE audit_log SET seal = ? WHERE seq = ?', at.seal, row.seq)
  }
  await sql(
    'UPDATE audit_seals SET sealed_seq = ?, entries = ?, seal = ? WHERE team_id = ?',
    at.seq,
    at.entries,
    at.seal,
    team,
  )
}

async function smuggleIn(team: string, seq: number, withSeal: (row: ChainRow) => Promise<string | null>) {
  const row: ChainRow = {
    seq,
    id: `aud_smuggled_${seq}_${team}`,
    teamId: team,
    actorId: null,
    actorKind: 'system',
    actorKeyId: null,
    action: 'a.smuggled',
    targetType: 'thing',
    targetId: 'x',
    before: null,
    after: null,
    address: null,
    userAgent: null,
    requestId: 'r',
    createdAt: 1,
    seal: null,
  }
  await sql(
    `INSERT INTO audit_log (seq, id, team_id, actor_kind, action, target_type, target_id, request_id, created_at, seal)
     VALUES (?, ?, ?, 'system', 'a.smuggled', 'thing', 'x', 'r', 1, ?)`,
    seq,
    row.id,
    team,
    await withSeal(row),
  )
}

test.each(['action', 'actor_id', 'after', 'address', 'created_at', 'request_id', 'target_id'])(
  'a changed %s is found in its entry',
  async (column) => {
    const { team, log } = await sealedLog()
    await sql(`UPDATE audit_log SET ${column} = '7' WHERE seq = ?`, log[1].seq)
    expect(await verify(team)).toMatchObject({
      ok: false,
      fault: { teamId: team, fault: 'changed', seq: log[1].seq, entryId: log[1].id, afterSeq: log[0].seq },
    })
    await forget(team)
  },
)

test('an entry without its seal is found', async () => {
  const { team, log } = await sealedLog()
  await sql('UPDATE audit_log SET seal = NULL WHERE seq = ?', log[3].seq)
  expect(await verify(team)).toMatchObject({ ok: false, fault: { fault: 'changed', seq: log[3].seq } })
  await forget(team)
})

test.each([0, 1, 2, 3] as const)('an entry deleted at position %i is found', async (place) => {
  const { team, log } = await sealedLog()
  await sql('DELETE FROM audit_log WHERE seq = ?', log[place].seq)
  const { ok, fault } = await verify(team)
  expect({ ok, fault: fault?.fault, afterSeq: fault?.afterSeq }).toEqual({
    ok: false,
    fault: 'missing',
    afterSeq: log[place - 1]?.seq ?? 0,
  })
  await forget(team)
})

test('an entry inserted between sealed ones is found, without a seal and with an invented one', async () => {
  for (const made of [null, 'f'.repeat(64)]) {
    const team = newLog()
    await write(team, 'a.one')
    // A gap in the numbers, as other teams leave them.
    const other = newLog()
    await write(other, 'a.other')
    const seq = (await rows(other))[0]?.seq ?? 0
    await forget(other)
    await write(team, 'a.two')
    await seal()
    const [one] = await rows(team)
    await smuggleIn(team, seq, () => Promise.resolve(made))
    expect(await verify(team)).toMatchObject({
      ok: false,
      fault: { fault: 'inserted', seq, afterSeq: one?.seq },
    })
    await forget(team)
  }
})

test('an entry with a valid seal after the end is found, because the sealing job has not written it', async () => {
  const { team, log } = await sealedLog()
  await smuggleIn(team, log[4].seq + 1, async (row) => {
    return (await nextLink({ seq: 0, entries: 5, seal: String(log[4].seal) }, row)).seal
  })
  expect(await verify(team)).toMatchObject({ ok: false, fault: { fault: 'record_changed' } })
  await forget(team)
})

test('a truncated log is detected', async () => {
  const { team, log } = await sealedLog()
  await sql('DELETE FROM audit_log WHERE team_id = ? AND seq >= ?', team, log[3].seq)
  expect(await verify(team)).toMatchObject({
    ok: false,
    fault: { fault: 'truncated', afterSeq: log[2].seq, seq: log[4].seq },
  })
  await forget(team)
})

test('a truncated log is found even if the record of the newest seal was reset', async () => {
  const { team, log } = await sealedLog()
  await sql('DELETE FROM audit_log WHERE team_id = ? AND seq >= ?', team, log[3].seq)
  await sql(
    'UPDATE audit_seals SET sealed_seq = ?, entries = 3, seal = ? WHERE team_id = ?',
    log[2].seq,
    log[2].seal,
    team,
  )
  expect(await verify(team)).toMatchObject({ ok: false, fault: { fault: 'truncated', afterSeq: log[2].seq } })
  await forget(team)
})

test('a log that was deleted with its record is found by its copies, also when all logs are checked', async () => {
  const { team } = await sealedLog()
  await sql('DELETE FROM audit_log WHERE team_id = ?', team)
  await sql('DELETE FROM audit_seals WHERE team_id = ?', team)
  expect(await verify(team)).toMatchObject({ ok: false, fault: { fault: 'truncated', afterSeq: 0 } })
  await forget(team)
})

test('a chain that was rewritten with its record is found by the first copy that differs', async () => {
  const { team, log } = await sealedLog()
  await sql("UPDATE audit_log SET action = 'a.forged' WHERE seq = ?", log[3].seq)
  await sealAnew(team)
  expect(await verify(team)).toMatchObject({
    ok: false,
    fault: { fault: 'rewritten', afterSeq: log[2].seq, seq: log[3].seq, throughSeq: log[4].seq },
  })
  await forget(team)
})

test('a log with removed and changed seals is found by its copies', async () => {
  const { team, log } = await sealedLog()
  await sql("UPDATE audit_log SET seal = NULL, action = 'a.forged' WHERE seq = ?", log[0].seq)
  await sql('UPDATE audit_log SET seal = NULL WHERE team_id = ?', team)
  await sql('DELETE FROM audit_seals WHERE team_id = ?', team)
  expect(await verify(team)).toMatchObject({ ok: false, fault: { fault: 'rewritten', seq: log[0].seq } })
  // Sealing continues, but never repairs it.
  await seal()
  expect(await verify(team)).toMatchObject({ ok: false, fault: { fault: 'rewritten', seq: log[0].seq } })
  await forget(team)
})

test('a removed entry is found in a chain that was rewritten with its record', async () => {
  const { team, log } = await sealedLog()
  await sql('DELETE FROM audit_log WHERE seq = ?', log[4].seq)
  await sealAnew(team)
  expect(await verify(team)).toMatchObject({ ok: false, fault: { fault: 'truncated', seq: log[4].seq } })
  await sql('DELETE FROM audit_log WHERE seq = ?', log[0].seq)
  await sealAnew(team)
  expect(await verify(team)).toMatchObject({
    ok: false,
    fault: { fault: 'rewritten', throughSeq: log[2].seq },
  })
  await forget(team)
})

test('a changed record and a missing copy are found', async () => {
  const { team, log } = await sealedLog()
  await sql('UPDATE audit_seals SET entries = 4 WHERE team_id = ?', team)
  expect(await verify(team)).toMatchObject({ ok: false, fault: { fault: 'record_changed', seq: log[4].seq } })
  await sql('UPDATE audit_seals SET entries = 5 WHERE team_id = ?', team)
  expect(await verify(team)).toMatchObject({ ok: true })
  await env.FILES.delete((await copies(team)).at(-1) ?? '')
  expect(await verify(team)).toMatchObject({ ok: false, fault: { fault: 'copy_missing', seq: log[4].seq } })
  await forget(team)
})

test('an entry that was moved to another team is found in both', async () => {
  const [from, to] = [await sealedLog(), await sealedLog()]
  await sql('UPDATE audit_log SET team_id = ? WHERE seq = ?', to.team, from.log[1].seq)
  expect(await verify(from.team)).toMatchObject({ ok: false, fault: { fault: 'missing' } })
  expect(await verify(to.team)).toMatchObject({ ok: false })
  await forget(from.team)
  await forget(to.team)
})
