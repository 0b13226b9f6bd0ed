// Leases: the starts of a team's hosts without a call never exceed the plan in total.
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { HostLease } from '../../durable-objects/run-host/outside/admission/lease.ts'
import type { Admission } from '../../durable-objects/run-host/outside/admission/lease-seats.ts'
import { periodOf } from '../../src/core/clock.ts'
import type { Json } from '../../src/core/json.ts'
import { hostAt, hostOf, newRunId } from '../../src/core/run-id.ts'
import type { Env } from '../../src/env.ts'
import { applyRunReports, LEASE_MS, type RunReport } from '../../src/modules/runs/index.ts'
import { sweepSlots } from '../../src/modules/runs/sweep/slots.ts'
import { random as seeded } from '../engine/support/random.ts'
import { post } from '../helpers/api.ts'
import { eventually } from '../helpers/changes.ts'
import { clock } from '../helpers/clock.ts'
import { withContext } from '../helpers/jobs.ts'
import { newPerson } from '../helpers/people.ts'
import { casesOf, repeatWith, SEED } from '../helpers/random-cases.ts'
import { linear, newSpec, runOf } from '../helpers/runs.ts'
import { newWorkflow } from '../helpers/workflows.ts'
import { busy, cancel, FREE, leave, reaches, shows, usedSlots } from '../modules/runs/slots.ts'

const MONTH = 10_000

/** `isReported`: its report is sent. `known`: the newest `seq` in the index. */
type TestRun = {
  id: string
  place: number
  isAtWork: boolean
  isInLine: boolean
  isReported: boolean
  seq: number
  known: number
}

/** The hosts of one team, with the real statements, and runs that only consist of their reports. */
class Team {
  readonly teamId: string
  readonly hosts = new Map<string, HostLease>()
  readonly runs: TestRun[] = []
  questions = 0
  ahead = 0
  readonly #env: Env

  constructor(teamId: string) {
    this.teamId = teamId
    const DB = new Proxy(env.DB, {
      get: (target, name) => {
        if (name === 'batch') this.questions++
        const value = Reflect.get(target, name)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
    const RUNS = {
      idFromName: (name: string) => name,
      get: (name: string) => ({
        giveBack: (teamId: string, host: string) => this.#named(name).giveBack(teamId, host),
        call: async (runId: string, call: string) => {
          if (call === 'slotGiven') this.#takeSlot(runId)
        },
      }),
    }
    this.#env = { ...(env as unknown as Env), DB, RUNS: RUNS as never }
  }

  now = (): number => clock.now() + this.ahead

  host = (place: number): HostLease => this.#named(hostAt(this.teamId, place))

  #named(name: string): HostLease {
    const known = this.hosts.get(name)
    if (known !== undefined) return known
    const hasEarlierUnreported = () =>
      this.runs.some(({ id, seq, known }) => hostOf(id) === name && seq > known)
    const made = new HostLease({ env: this.#env, now: this.now, hasEarlierRuns: true, hasEarlierUnreported })
    this.hosts.set(name, made)
    return made
  }

  #takeSlot(runId: string): void {
    const run = this.runs.find(({ id }) => id === runId)
    if (run?.isInLine) this.#change(run, { isAtWork: true, isInLine: false })
  }

  #change(run: TestRun, change: Partial<TestRun>): void {
    Object.assign(run, { ...change, isReported: false, seq: run.seq + 1 })
  }

  kill = (place: number): boolean => this.hosts.delete(hostAt(this.teamId, place))

  async start(place: number, staysAtWork: boolean): Promise<Admission> {
    const id = newRunId(this.teamId, place, clock.now())
    const host = this.host(place)
    const admission = await host.admit(this.teamId, id, 'slot')
    if (admission !== 'slot') return admission
    this.#insert(id, place, staysAtWork)
    host.started(id, { isThere: true, isAtWork: staysAtWork })
    return admission
  }

  /** It waits in line if there is no slot. */
  async startOrQueue(place: number): Promise<string> {
    const id = newRunId(this.teamId, place, clock.now())
    const admission = await this.host(place).admit(this.teamId, id, 'line')
    if (admission === 'no_runs') return admission
    this.#insert(id, place, admission === 'slot', admission === 'line')
    this.host(place).started(id, { isThere: true, isAtWork: admission === 'slot' })
    return id
  }

  #insert(id: string, place: number, isAtWork: boolean, isInLine = false): void {
    this.runs.push({ id, place, isAtWork, isInLine, isReported: false, seq: 1, known: 0 })
  }

  /** A start that has its slot, and is refused when the function is called. */
  async refusedLater(place: number): Promise<() => void> {
    const id = newRunId(this.teamId, place, clock.now())
    expect(await this.host(place).admit(this.teamId, id, 'slot')).toBe('slot')
    return () => this.host(place).started(id, { isThere: false, isAtWork: false })
  }

  isAtWork = (runId: string): boolean => this.runs.some(({ id, isAtWork }) => id === runId && isAtWork)

  async report(place: number): Promise<void> {
    const some = this.runs.filter((run) => run.place === place && !run.isReported)
    if (some.length === 0) return
    const reports = some.map((run): RunReport => ({ view: this.#viewOf(run), started: null }))
    const sent = some.map((run) => ({ run, seq: run.seq }))
    for (const run of some) run.isReported = true
    const { inSlot, admitted } = await this.host(place).report(reports, (keep) =>
      applyRunReports(env.DB, reports, keep),
    )
    for (const { run, seq } of sent) run.known = seq
    await this.host(place).afterReports(this.teamId, hostAt(this.teamId, place))
    for (const id of [...inSlot, ...admitted]) this.#takeSlot(id)
  }

  end = (run: TestRun): void => this.#change(run, { isAtWork: false, isInLine: false })

  sweep = (): Promise<void> =>
    withContext((request) => sweepSlots({ ...request, env: this.#env, now: this.now }))

  #viewOf({ id, isAtWork, isInLine, seq }: TestRun): Record<string, Json> {
    return {
      ...{
        id,
        teamId: this.teamId,
        workflowId: null,
        workflowVersion: 1,
        workflowName: 'Test',
        triggerType: 'manual',
      },
      ...{ status: isInLine ? 'queued' : isAtWork ? 'running' : 'succeeded', seq, progress: 0 },
      ...{ createdAt: clock.now(), slot: isAtWork ? id : null, lineSince: isInLine ? clock.now() : null },
    }
  }

  async sums(): Promise<{ slots: number; leased: number; counted: number; leasedRuns: number }> {
    const row = await env.DB.prepare(
      `SELECT (SELECT count(*) FROM runs WHERE team_id = ?1 AND slot IS NOT NULL) AS slots,
         (SELECT coalesce(sum(slots), 0) FROM run_leases WHERE team_id = ?1 AND expires_at > ?2) AS leased,
         (SELECT coalesce(sum(value), 0) FROM usage_counters WHERE team_id = ?1 AND metric = 'runs') AS counted,
         (SELECT coalesce(sum(runs), 0) FROM run_leases WHERE team_id = ?1 AND expires_at > ?2) AS leasedRuns`,
    )
      .bind(this.teamId, this.now())
      .first<{ slots: number; leased: number; counted: number; leasedRuns: number }>()
    if (row === null) throw new Error('No row')
    return row
  }
}

const count = async (teamId: string, runs: number) =>
  env.DB.prepare("INSERT INTO usage_counters (team_id, period, metric, value) VALUES (?, ?, 'runs', ?)")
    .bind(teamId, periodOf(clock.now()), runs)
    .run()

test('a host that is lost again and again does not use up the slots of its team', async () => {
  const { teamId } = await newPerson({ plan: 'free' })
  const team = new Team(teamId)
  for (let n = 0; n < FREE; n++) {
    expect(await team.start(1, false), `after ${n} losses`).toBe('slot')
    team.kill(1)
    // Loaded again, it reports the run that it had started.
    await team.report(1)
  }
  expect((await team.sums()).leased).toBeLessThan(FREE / 2)
})

test('whatever happens to hosts, no more runs are active or start in a month than the plan allows', {
  timeout: 120_000,
}, async () => {
  for (let one = 0; one < casesOf(20); one++) {
    const random = seeded(SEED + one)
    const { teamId } = await newPerson({ plan: 'free' })
    const left = 10 + random.int(110)
    await count(teamId, MONTH - left)
    const team = new Team(teamId)
    const say = repeatWith(SEED + one)
    let hasKilled = false
    let isDisturbed = false
    for (let step = 0; step < 30; step++) {
      const place = random.int(4)
      const what = random.int(10)
      const atOnce: Promise<unknown>[] = []
      if (what < 5)
        for (let n = 1 + random.int(8); n > 0; n--)
          atOnce.push(
            random.chance(0.2)
              ? team.startOrQueue(random.int(4))
              : team.start(random.int(4), random.chance(0.6)),
          )
      if (what === 5)
        for (const run of team.runs.filter(({ isAtWork }) => isAtWork && random.chance(0.4))) team.end(run)
      // A lost host restarts with what it has stored, and reports it.
      if (what === 6 && step > 12) hasKilled = team.kill(place) || hasKilled
      if (what === 7) team.ahead += random.int(LEASE_MS / 3)
      if (what > 3) atOnce.push(team.report(place))
      await Promise.all(atOnce)
      // Its unreported runs are reported later, as a host does when it is loaded.
      if (what >= 6) for (const each of [0, 1, 2, 3]) await team.report(each)
      isDisturbed ||= what === 6 || what === 7
      // Only the sweep frees what was lost or has expired.
      if (what === 8)
        await eventually(async () => {
          for (const each of [0, 1, 2, 3]) await team.report(each)
          if (isDisturbed) await team.sweep()
          if (team.runs.some(({ isInLine }) => isInLine))
            expect((await team.sums()).slots, `${say}: runs wait beside free slots`).toBe(FREE)
        })
      const { slots, leased, counted, leasedRuns } = await team.sums()
      expect(leased, `${say}: leases at step ${step}`).toBeLessThanOrEqual(FREE)
      expect(leasedRuns, `${say}: leased runs at step ${step}`).toBeLessThanOrEqual(left)
      // Reports of runs from before the host was lost are also part of its old lease, until that expires.
      if (!hasKilled) {
        expect(slots + leased, `${say}: slots and leases at step ${step}`).toBeLessThanOrEqual(FREE)
        expect(counted + leasedRuns, `${say}: the month`).toBeLessThanOrEqual(MONTH)
      }
      expect(team.runs.filter(({ isAtWork }) => isAtWork).length, `${say}: at work`).toBeLessThanOrEqual(FREE)
      expect(team.runs.length, `${say}: begun`).toBeLessThanOrEqual(left)
    }
    // Nothing is lost for good: when all runs have ended and the old leases have expired, the whole plan is
    // available.
    for (const run of team.runs) team.end(run)
    for (const place of [0, 1, 2, 3]) await team.report(place)
    team.ahead += LEASE_MS
    const { counted } = await team.sums()
    expect(counted - (MONTH - left), `${say}: counted once`).toBe(team.runs.length)
    const rest = Math.min(FREE, left - team.runs.length)
    const answers = await Promise.all(Array.from({ length: FREE + 5 }, (_, n) => team.start(n % 4, true)))
    expect(
      answers.filter((answer) => answer === 'slot'),
      say,
    ).toHaveLength(rest)
  }
})

test('a start within a lease makes no call, also for short runs', async () => {
  const { teamId } = await newPerson({ plan: 'free' })
  const team = new Team(teamId)
  expect(await team.start(0, false)).toBe('slot')
  expect(team.questions).toBe(1)
  for (let n = 0; n < 500; n++) expect(await team.start(0, false)).toBe('slot')
  expect(team.questions).toBe(1)
  expect(team.host(0).admit(teamId, newRunId(teamId, 0, clock.now()), 'slot')).toBe('slot')
})

test('a host reclaims the unused part of another lease before it refuses a run', async () => {
  const { teamId } = await newPerson({ plan: 'free' })
  const team = new Team(teamId)
  expect(await team.start(1, false)).toBe('slot')
  expect((await team.sums()).leased).toBeGreaterThan(1)
  for (let n = 0; n < FREE; n++) expect(await team.start(0, true)).toBe('slot')
  expect(await team.start(0, true)).toBe('no_slot')
  expect(await team.start(1, true)).toBe('no_slot')
})

test('the lease of a lost host is free again when it expires', async () => {
  const { teamId } = await newPerson({ plan: 'free' })
  const team = new Team(teamId)
  expect(await team.start(1, false)).toBe('slot')
  const { leased } = await team.sums()
  team.kill(1)
  const answers = await Promise.all(Array.from({ length: FREE }, () => team.start(0, true)))
  expect(answers.filter((answer) => answer === 'no_slot')).toHaveLength(leased)
  await team.report(0)
  team.ahead += LEASE_MS
  const later = await Promise.all(Array.from({ length: FREE }, () => team.start(0, true)))
  expect(later.filter((answer) => answer === 'slot')).toHaveLength(leased)
})

test('a run in line gets a slot that another host holds and does not use', async () => {
  const { teamId } = await newPerson({ plan: 'free' })
  await leave(teamId, 1)
  // The slot of a short run stays in the lease of its host.
  const short = newSpec(linear(1), { teamId, runId: newRunId(teamId, 1, clock.now()) })
  await runOf(short.runId).start(short, { room: 'slot', waitMs: 60_000 })
  await shows(teamId, short.runId, { status: 'succeeded' })
  const queued = newSpec(linear(1), { teamId, slot: 'line', runId: newRunId(teamId, 0, clock.now()) })
  await runOf(queued.runId).start(queued)
  await reaches(queued.runId, 'succeeded')
})

test('a host that refuses a start while others are in line passes its slot on', async () => {
  const { teamId } = await newPerson({ plan: 'free' })
  const team = new Team(teamId)
  await leave(teamId, 2)
  const refuse = await team.refusedLater(1)
  expect(await team.start(0, true)).toBe('slot')
  await team.report(0)
  const first = await team.startOrQueue(0)
  const second = await team.startOrQueue(2)
  expect(team.runs.filter(({ isInLine }) => isInLine)).toHaveLength(2)
  await team.report(0)
  await team.report(2)
  refuse()
  await eventually(() => expect(team.isAtWork(first)).toBe(true))
  expect(team.isAtWork(second)).toBe(false)
  expect((await team.sums()).leased).toBe(0)
})

test('a host that was loaded again returns what it leased before', async () => {
  const { teamId } = await newPerson({ plan: 'free' })
  const team = new Team(teamId)
  await leave(teamId, 1)
  expect(await team.start(1, false)).toBe('slot')
  await team.report(1)
  expect((await team.sums()).leased).toBe(1)
  team.kill(1)
  expect(await team.start(0, true)).toBe('slot')
})

test('concurrent manual starts exceed neither limit', async () => {
  const person = await newPerson({ plan: 'free' })
  const workflowId = await newWorkflow(person.teamId, busy())
  await leave(person.teamId, 6)
  const starts = await Promise.all(
    Array.from({ length: 30 }, () => post(`/api/v1/workflows/${workflowId}/execute`, person, {})),
  )
  const begun = starts.filter(({ status }) => status === 202 || status === 200)
  expect(begun).toHaveLength(6)
  expect(starts.find(({ status }) => status === 402)?.body.errors).toMatchObject([
    { path: '/limits/concurrentRuns' },
  ])
  await eventually(async () => expect(await usedSlots(person.teamId)).toBe(6))
  for (const { body } of begun) await cancel(body.id)
  const other = await newPerson({ plan: 'free' })
  const short = await newWorkflow(other.teamId, linear(1))
  await count(other.teamId, MONTH - 4)
  const answers = await Promise.all(
    Array.from({ length: 12 }, () => post(`/api/v1/workflows/${short}/execute`, other, {})),
  )
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(4)
  expect(answers.find(({ status }) => status === 402)?.body.errors).toMatchObject([
    { path: '/limits/runsPerMonth' },
  ])
})

test('two starts of one run have one seat', async () => {
  const { teamId } = await newPerson({ plan: 'free' })
  await leave(teamId, 1)
  const spec = newSpec(busy(), { teamId, runId: newRunId(teamId, 1, clock.now()) })
  const answers = await Promise.all([1, 2, 3].map(() => runOf(spec.runId).start(spec, { room: 'slot' })))
  expect(answers.map((answer) => answer.ok && answer.created).filter(Boolean)).toHaveLength(1)
  expect(answers.every(({ ok }) => ok)).toBe(true)
  const other = newSpec(busy(), { teamId, runId: newRunId(teamId, 1, clock.now()) })
  expect(await runOf(other.runId).start(other, { room: 'slot' })).toEqual({ ok: false, reason: 'no_slot' })
  await cancel(spec.runId)
})
