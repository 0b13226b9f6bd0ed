// How runs are reported to the index in D1: in groups, a moment after the answer, from a row of the same commit.
import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { asNewProcess, setFaultHook } from '../../durable-objects/run-host/rows/faults.ts'
import { newId } from '../../src/core/ids.ts'
import { hostOf, newRunId } from '../../src/core/run-id.ts'
import { eventually } from '../helpers/changes.ts'
import { clock } from '../helpers/clock.ts'
import { onPurpose } from '../helpers/on-purpose.ts'
import { linear, newSpec, objectOf, runOf, start } from '../helpers/runs.ts'

const statusInIndex = async (runId: string): Promise<string | null> =>
  env.DB.prepare('SELECT status FROM runs WHERE id = ?').bind(runId).first<string>('status')

const isReported = (runId: string) =>
  eventually(async () => expect(await statusInIndex(runId)).toBe('succeeded'))

const held = (runId: string) =>
  runInDurableObject(objectOf(runId) as never, async (_object, { storage }: DurableObjectState) => {
    const count = (table: string): number =>
      storage.sql.exec<{ n: number }>(`SELECT count(*) AS n FROM ${table}`).one().n
    return {
      alarm: await storage.getAlarm(),
      unreported: count('unreported'),
      due: count('due'),
      rows: count('rows') + count('events') + count('outputs') + count('outbox'),
      runs: count('runs'),
    }
  })

test('a run that ends in its start is one row, and is reported a moment later', async () => {
  const { id } = await start(linear(10))
  await isReported(id)
  await eventually(async () =>
    expect(await held(id)).toMatchObject({ runs: 1, rows: 0, due: 0, unreported: 0 }),
  )
})

test.each(['host.report:before', 'host.report:after', 'host.takeReports:before', 'host.takeReports:after'])(
  'runs whose host is killed at %s are each in the index once',
  async (at) => {
    const teamId = newId('team', clock.now())
    const specs = Array.from({ length: 12 }, () =>
      newSpec(linear(2), { teamId, runId: newRunId(teamId, 1, clock.now()) }),
    )
    let isKilled = false
    setFaultHook((point, state) => {
      if (isKilled || point !== at || state.id.name !== hostOf(specs[0]?.runId ?? '')) return
      isKilled = true
      asNewProcess()
      state.abort(onPurpose('killed'))
      throw new Error(onPurpose('killed'))
    })
    try {
      // A caller that learns that the host was lost starts the same run again.
      for (const spec of specs)
        await runOf(spec.runId)
          .start(spec)
          .catch(() => runOf(spec.runId).start(spec))
      await eventually(() => expect(isKilled).toBe(true))
      await eventually(async () => {
        await runDurableObjectAlarm(objectOf(specs[0]?.runId ?? '') as never)
        const count = 'SELECT count(*) AS n FROM runs WHERE team_id = ? AND status = ?'
        expect(await env.DB.prepare(count).bind(teamId, 'succeeded').first('n')).toBe(12)
      })
      await eventually(async () => expect((await held(specs[0]?.runId ?? '')).unreported).toBe(0))
    } finally {
      setFaultHook(null)
    }
  },
)

test('a run that changes while its report is under way is reported once more', async () => {
  const spec = newSpec(linear(1))
  let reports = 0
  setFaultHook((point, { id, storage }) => {
    if (id.name !== hostOf(spec.runId)) return
    if (point === 'host.report:before') reports++
    // As a change of the run does.
    if (point === 'host.takeReports:before' && reports === 1)
      storage.sql.exec('UPDATE unreported SET version = version + 1')
  })
  try {
    await runOf(spec.runId).start(spec)
    await eventually(async () => expect((await held(spec.runId)).unreported).toBe(0))
    expect(reports).toBe(2)
  } finally {
    setFaultHook(null)
  }
})

test('while the index does not answer, runs work, and an alarm is set for their report', async () => {
  await env.DB.prepare('ALTER TABLE runs RENAME TO runs_away').run()
  const spec = newSpec(linear(2))
  try {
    const answer = await runOf(spec.runId).start(spec, { waitMs: 60_000 })
    expect(answer.ok && answer.run.status).toBe('succeeded')
    expect(await held(spec.runId)).toMatchObject({ alarm: expect.any(Number), unreported: 1 })
  } finally {
    await env.DB.prepare('ALTER TABLE runs_away RENAME TO runs').run()
  }
  await isReported(spec.runId)
  await eventually(async () => expect((await held(spec.runId)).unreported).toBe(0))
})

test('if the index refuses a group, only the faulty run is left out', async () => {
  const teamId = newId('team', clock.now())
  const ids = Array.from({ length: 4 }, () => newRunId(teamId, 3, clock.now()))
  const bad = String(ids[1])
  await env.DB.prepare(
    `CREATE TRIGGER bad_${bad} BEFORE INSERT ON runs WHEN NEW.id = '${bad}' BEGIN SELECT RAISE(ABORT, 'bad'); END`,
  ).run()
  try {
    await Promise.all(ids.map((runId) => start(linear(1), { runId, teamId })))
    for (const id of ids.filter((one) => one !== bad)) await isReported(id)
    expect(await statusInIndex(bad)).toBeNull()
  } finally {
    await env.DB.prepare(`DROP TRIGGER bad_${bad}`).run()
  }
  await isReported(bad)
})
