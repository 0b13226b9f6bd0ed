import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { fireSchedules } from '../../../src/modules/schedules/fire.ts'
import { startScheduledRun } from '../../../src/modules/schedules/start.ts'
import { eventually } from '../../helpers/changes.ts'
import { clock } from '../../helpers/clock.ts'
import { runJobs, withContext } from '../../helpers/jobs.ts'
import { newPerson } from '../../helpers/people.ts'
import { type Definition, runOf } from '../../helpers/runs.ts'
import { newTrigger } from '../../helpers/triggers.ts'
import { newWorkflow } from '../../helpers/workflows.ts'

const MINUTE = 60_000
const echo: Definition = { nodes: [{ id: 'got', type: 'data.set', params: { values: '{{ input }}' } }] }

const wholeMinute = (ms = clock.now()): number => Math.floor(ms / MINUTE) * MINUTE

/** A schedule whose next fire was this many minutes ago. */
async function scheduled(config: Record<string, unknown>, minutesAgo = 0, definition = echo) {
  const person = await newPerson()
  const workflowId = await newWorkflow(person.teamId, definition)
  const due = wholeMinute() - minutesAgo * MINUTE
  const trigger = await newTrigger(person.teamId, workflowId, { type: 'schedule', ...config }, due)
  return { person, workflowId, trigger, due }
}

const tick = () => withContext(fireSchedules)

/** The recorded starts, whether the queue has processed them or not. */
async function startsOf(
  triggerId: string,
): Promise<{ scheduledFor: string[]; nextFireAt: number; claims: number }> {
  const { results } = await env.DB.prepare(
    "SELECT after FROM audit_log WHERE target_id = ? AND action = 'schedule.fired'",
  )
    .bind(triggerId)
    .all<{ after: string }>()
  const row = await env.DB.prepare('SELECT next_fire_at AS at FROM workflow_triggers WHERE id = ?')
    .bind(triggerId)
    .first<{ at: number }>()
  const scheduledFor = results.flatMap(({ after }) => (JSON.parse(after) as { fires: string[] }).fires)
  return { scheduledFor: scheduledFor.sort(), nextFireAt: row?.at ?? 0, claims: results.length }
}

type Row = { id: string; trigger_key: string }

const runsOf = (workflowId: string, count: number): Promise<Row[]> =>
  eventually(async () => {
    await runJobs()
    const { results } = await env.DB.prepare('SELECT id, trigger_key FROM runs WHERE workflow_id = ?')
      .bind(workflowId)
      .all<Row>()
    expect(results).toHaveLength(count)
    return results
  })

const iso = (ms: number): string => new Date(ms).toISOString()

test('due triggers start, with their input and the planned time', async () => {
  const { workflowId, trigger, due } = await scheduled({ cron: '* * * * *', input: { a: 1 }, key: 'tick' })
  await tick()
  const [row] = await runsOf(workflowId, 1)
  const view = await runOf(row?.id ?? '').view({ output: true })
  expect(view).toMatchObject({
    trigger: { type: 'schedule', key: 'tick', scheduledFor: iso(due) },
    input: { a: 1 },
    output: { a: 1 },
  })
  expect((await startsOf(trigger.id)).nextFireAt).toBe(due + MINUTE)
})

test('the input is an empty object if the trigger has none', async () => {
  const { workflowId } = await scheduled({ everyMs: MINUTE })
  await tick()
  const [row] = await runsOf(workflowId, 1)
  expect((await runOf(row?.id ?? '').view({}))?.input).toEqual({})
})

test('triggers that are not due, or disabled, do not start', async () => {
  const later = await scheduled({ cron: '* * * * *' }, -1)
  const off = await scheduled({ cron: '* * * * *' })
  await env.DB.prepare('UPDATE workflow_triggers SET active = 0 WHERE id = ?').bind(off.trigger.id).run()
  await tick()
  expect((await startsOf(later.trigger.id)).claims).toBe(0)
  expect((await startsOf(off.trigger.id)).claims).toBe(0)
})

test('two concurrent ticks, and a third after them, start each run once', async () => {
  const schedules = await Promise.all(Array.from({ length: 5 }, () => scheduled({ cron: '* * * * *' })))
  await Promise.all([tick(), tick()])
  await tick()
  for (const { workflowId, trigger, due } of schedules) {
    const { scheduledFor, claims } = await startsOf(trigger.id)
    expect([scheduledFor, claims]).toEqual([[iso(due)], 1])
    await runsOf(workflowId, 1)
  }
})

test.each([
  ['skip', 1],
  ['one', 2],
  ['all', 61],
])('of an hour of missed minutes %s starts %i', async (missed, expected) => {
  const { trigger, due } = await scheduled({ cron: '* * * * *', missed }, 60)
  await tick()
  const { scheduledFor, nextFireAt } = await startsOf(trigger.id)
  // The newest is on time under any policy.
  expect(Math.abs(scheduledFor.length - expected)).toBeLessThanOrEqual(1)
  expect(new Set(scheduledFor).size).toBe(scheduledFor.length)
  expect(nextFireAt).toBeGreaterThan(clock.now())
  if (missed === 'all') expect(scheduledFor[0]).toBe(iso(due))
})

test.each([
  ['skip', 0],
  ['one', 1],
  ['all', 5],
])('of hourly fires over five hours, the last half an hour ago, %s starts %i', async (missed, expected) => {
  const { trigger } = await scheduled({ everyMs: 3_600_000, missed })
  const hour = Math.floor(clock.now() / 3_600_000) * 3_600_000
  await env.DB.prepare('UPDATE workflow_triggers SET next_fire_at = ? WHERE id = ?')
    .bind(hour - 5 * 3_600_000, trigger.id)
    .run()
  const at = hour - 1_800_000
  await withContext((request) => fireSchedules({ ...request, now: () => at }))
  const { scheduledFor } = await startsOf(trigger.id)
  expect(scheduledFor).toHaveLength(expected)
  if (missed === 'one') expect(scheduledFor).toEqual([iso(hour - 3_600_000)])
})

test('a schedule that was disabled for a day starts nothing for that day', async () => {
  const { trigger, due } = await scheduled({ cron: '* * * * *', missed: 'all' })
  await env.DB.prepare('UPDATE workflow_triggers SET last_fire_at = ? WHERE id = ?')
    .bind(due - 86_400_000, trigger.id)
    .run()
  await tick()
  expect((await startsOf(trigger.id)).scheduledFor).toEqual([iso(due)])
})

test('the claim and its starts are one commit: a crash before it loses nothing', async () => {
  const { trigger, workflowId, due } = await scheduled({ cron: '* * * * *' })
  // The database fails at the moment of the claim.
  await withContext(async (request) => {
    const broken = new Proxy(env.DB, {
      get: (target, name) => {
        if (name === 'batch') return () => Promise.reject(new Error('network connection lost'))
        const value = Reflect.get(target, name) as unknown
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
    await expect(fireSchedules({ ...request, env: { ...request.env, DB: broken } })).rejects.toThrow('lost')
  })
  expect(await startsOf(trigger.id)).toMatchObject({ claims: 0, nextFireAt: due })
  await tick()
  // A busy machine may reach the next minute before the tick. Then there are two fires.
  const { scheduledFor } = await startsOf(trigger.id)
  expect(scheduledFor[0]).toBe(iso(due))
  await runsOf(workflowId, scheduledFor.length)
})

test('a start that is repeated after a crash finds the run of the first', async () => {
  const { trigger, workflowId, due, person } = await scheduled({ cron: '* * * * *' })
  const message = {
    type: 'run.start',
    teamId: person.teamId,
    triggerId: trigger.id,
    scheduledFor: due,
  } as const
  const asked: string[] = []
  const runs = new Proxy(env.RUNS, {
    get: (target, name) => {
      const value = Reflect.get(target, name) as unknown
      if (typeof value !== 'function') return value
      return (...args: unknown[]) => {
        if (name === 'idFromName') asked.push(String(args[0]))
        return value.apply(target, args)
      }
    },
  })
  const start = (scheduledFor: number) =>
    withContext((request) =>
      startScheduledRun({ ...request, env: { ...request.env, RUNS: runs } }, { ...message, scheduledFor }),
    )
  for (const at of [due, due, due + MINUTE]) await start(at)
  // The run of another fire may be in the same host.
  expect([asked.length, asked[0] === asked[1]]).toEqual([3, true])
  await runsOf(workflowId, 2)
})

test('a start of a trigger that was disabled in the meantime, or of another team, does nothing', async () => {
  const { trigger, workflowId, due, person } = await scheduled({ cron: '* * * * *' }, -1)
  const message = {
    type: 'run.start',
    teamId: person.teamId,
    triggerId: trigger.id,
    scheduledFor: due,
  } as const
  await withContext((request) => startScheduledRun(request, { ...message, teamId: 'team_other' }))
  await env.DB.prepare('UPDATE workflow_triggers SET active = 0 WHERE id = ?').bind(trigger.id).run()
  await withContext((request) => startScheduledRun(request, message))
  await runsOf(workflowId, 0)
})

test('jitter delays a start by up to its maximum, never earlier', async () => {
  const jitterMs = 3_600_000
  const due = wholeMinute()
  const delays: number[] = []
  for (let i = 0; i < 8; i++) {
    const { workflowId } = await scheduled({ cron: '* * * * *', jitterMs, missed: 'skip' })
    await tick()
    const [row] = await runsOf(workflowId, 1)
    const view = await runOf(row?.id ?? '').view({})
    const wait = view?.waitingFor.find((one) => one.kind === 'start')
    if (wait?.until) delays.push(Date.parse(wait.until) - due)
  }
  expect(delays.length).toBeGreaterThan(5)
  for (const delay of delays) {
    expect(delay).toBeGreaterThan(0)
    expect(delay).toBeLessThanOrEqual(jitterMs + 2 * MINUTE)
  }
  expect(new Set(delays).size).toBeGreaterThan(5)
})

test('schedules that cannot be read stop no other', async () => {
  const other = await scheduled({ cron: '* * * * *' }, 1)
  // As many as are fired at once, and all of them before the other one.
  const broken = await Promise.all(Array.from({ length: 6 }, () => scheduled({ cron: '* * * * *' })))
  const store = (config: string) =>
    env.DB.batch(
      broken.map(({ trigger }) =>
        env.DB.prepare('UPDATE workflow_triggers SET config = ? WHERE id = ?').bind(config, trigger.id),
      ),
    )
  await store('{')
  await expect(tick()).rejects.toThrow('JSON')
  await store('{"type":"schedule","cron":"* * * * *"}')
  expect((await startsOf(other.trigger.id)).claims).toBe(1)
  await tick()
  for (const { trigger } of broken) expect((await startsOf(trigger.id)).claims).toBe(1)
})

test('more than a page of schedules is claimed in one tick', async () => {
  const person = await newPerson()
  const workflowId = await newWorkflow(person.teamId, echo)
  const due = wholeMinute()
  const triggers = []
  for (let i = 0; i < 130; i++)
    triggers.push(
      await newTrigger(person.teamId, workflowId, { type: 'schedule', key: `k${i}`, cron: '0 0 1 1 *' }, due),
    )
  await tick()
  const row = await env.DB.prepare(
    'SELECT count(*) AS n FROM workflow_triggers WHERE workflow_id = ? AND next_fire_at > ?',
  )
    .bind(workflowId, clock.now())
    .first<{ n: number }>()
  expect(row?.n).toBe(triggers.length)
})
