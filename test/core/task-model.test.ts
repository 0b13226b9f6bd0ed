// The SQL for tasks compared with a slow and simple model, on the real tables with their triggers: random commands,
// including reports that are repeated, late or of an earlier run, reports of workers with an expired lease, and a
// clock that jumps.
import { beforeAll, expect, test } from 'vitest'
import { releaseTasks, skipTasks } from '../../src/modules/tasks/desk/repo/held.ts'
import { QUEUE_ORDER } from '../../src/modules/tasks/desk/repo/queue.ts'
import {
  ALLOWED,
  allows,
  hasEnded,
  isAtWork,
  judgeDependency,
  mayBecome,
  TASK_STATUSES,
  type TaskStatus,
} from '../../src/modules/tasks/pure/status.ts'
import { insertTasks, type NewTask, updateTask } from '../../src/modules/tasks/repo/tasks.ts'
import {
  claimNow,
  claimQueued,
  claimRetry,
  copyRunState,
  failStart,
  requeueTask,
} from '../../src/modules/tasks/runs/repo.ts'
import {
  claimLease,
  completeLeased,
  endLeases,
  failLeased,
  renewLease,
} from '../../src/modules/tasks/workers/repo.ts'
import { type Random, randomFrom } from '../contract/support/random.ts'
import { casesOf, repeatWith, SEED } from '../helpers/random-cases.ts'
import { openTaskDatabase, type TaskDatabase, TEAM } from './task-database.ts'

const ID = 'tsk_model'
const COMMANDS = 30

let db: TaskDatabase
beforeAll(() => {
  db = openTaskDatabase()
})

const newTask = (id: string, more: Partial<NewTask> = {}): NewTask => ({
  id,
  teamId: TEAM,
  title: id,
  type: 'custom',
  status: 'draft',
  statusSince: 1,
  rootId: id,
  dueSort: 1,
  createdBy: 'usr_x',
  createdAt: 1,
  updatedAt: 1,
  ...more,
})

/** The fields that are compared after every command. */
type State = {
  status: TaskStatus
  attempt: number
  runId: string | null
  runSeq: number
  progress: number
  leaseHash: string | null
  leaseUntil: number | null
}
const COLUMNS =
  'status, attempt, run_id AS runId, run_seq AS runSeq, progress, lease_hash AS leaseHash, lease_until AS leaseUntil'
const stored = (): State => ({
  ...(db.rows<State>(`SELECT ${COLUMNS} FROM tasks WHERE id = ?`, ID)[0] as State),
})

type Report = { seq: number; status: TaskStatus; progress: number }
/** A run reports its statuses in order, and an ended run does not change. */
type Run = { reports: Report[]; received: Report | null }

type World = { random: Random; now: number; state: State; runs: Map<string, Run>; hashes: string[] }

function scriptOf(random: Random): Report[] {
  const going = ['queued', 'running', 'waiting', 'paused', 'running'] as const
  const reports: Report[] = []
  let progress = 0
  for (let seq = 1, n = 1 + random.below(4); seq <= n; seq++) {
    progress = Math.min(99, progress + random.below(40))
    reports.push({ seq, status: going[random.below(going.length)] ?? 'running', progress })
  }
  const end = (['succeeded', 'failed', 'cancelled'] as const)[random.below(3)] ?? 'failed'
  reports.push({ seq: reports.length + 1, status: end, progress: end === 'succeeded' ? 100 : progress })
  return reports
}

/** Returns the new state of the model. False if the command must change nothing. */
type Command = (world: World) => [changed: number, expected: State | false]

const NO_LEASE = { leaseHash: null, leaseUntil: null }

const holdsLease = (state: State, hash: string, now: number): boolean =>
  state.status === 'running' && state.leaseHash === hash && (state.leaseUntil ?? 0) > now
const begun = (state: State, runId: string): State => ({
  ...state,
  status: 'running',
  attempt: state.attempt + 1,
  runId,
  runSeq: 0,
})
const withRun = ({ runs, random }: World, runId: string): string => {
  if (!runs.has(runId)) runs.set(runId, { reports: scriptOf(random), received: null })
  return runId
}
/** The attempt that a caller has read, which may be an old one. */
const seenAttempt = ({ random, state }: World): number =>
  random.chance(0.8) ? state.attempt : random.below(4)
const someHash = ({ random, hashes, state }: World): string =>
  random.chance(0.6) && state.leaseHash !== null
    ? state.leaseHash
    : (hashes[random.below(hashes.length)] ?? 'none')
const someRun = ({ random, runs, state }: World): string =>
  random.chance(0.6) && state.runId !== null
    ? state.runId
    : ([...runs.keys()][random.below(runs.size)] ?? 'none')
const hasNoReport = ({ status, runId, runSeq }: State, run: string): boolean =>
  status === 'running' && runId === run && runSeq === 0

const COMMANDS_OF: Record<string, Command> = {
  enqueue: ({ state, now }) => [
    db.run(
      updateTask(
        TEAM,
        ID,
        { status: 'queued', statusSince: now, queuedAt: now, autoStart: 1 },
        { statuses: ALLOWED.execute, where: 'held = 0' },
      ),
    ),
    allows(state.status, 'execute') && { ...state, status: 'queued' },
  ],
  claimQueued: (world) => {
    const { state, now } = world
    const attempt = seenAttempt(world)
    const runId = withRun(world, `run_${attempt + 1}`)
    return [
      db.run(claimQueued({ taskId: ID, teamId: TEAM, attempt, runId, now })),
      state.status === 'queued' && state.runId === null && state.attempt === attempt
        ? { ...begun(state, runId), progress: 0 }
        : false,
    ]
  },
  claimNow: (world) => {
    const { state, now } = world
    const attempt = seenAttempt(world)
    const runId = withRun(world, `run_${attempt + 1}`)
    return [
      db.run(claimNow({ taskId: ID, teamId: TEAM, attempt, runId, now }, 'usr_x', ALLOWED.execute)),
      allows(state.status, 'execute') && state.attempt === attempt
        ? { ...begun(state, runId), progress: 0 }
        : false,
    ]
  },
  claimRetry: (world) => {
    const { state, now } = world
    const attempt = seenAttempt(world)
    const before = someRun(world)
    const runId = withRun(world, `run_${attempt + 1}`)
    return [
      db.run(claimRetry({ taskId: ID, teamId: TEAM, attempt, runId, now }, 'usr_x', before, ALLOWED.retry)),
      allows(state.status, 'retry') && state.attempt === attempt && state.runId === before
        ? begun(state, runId)
        : false,
    ]
  },
  retryFromStart: (world) => {
    const { state, now } = world
    const attempt = seenAttempt(world)
    return [
      db.run(
        updateTask(
          TEAM,
          ID,
          {
            status: 'queued',
            statusSince: now,
            queuedAt: now,
            runId: null,
            runSeq: 0,
            progress: 0,
            finishedAt: null,
            ...NO_LEASE,
          },
          { statuses: ALLOWED.retry, where: `attempt = ${attempt}` },
        ),
      ),
      allows(state.status, 'retry') && state.attempt === attempt
        ? { ...state, status: 'queued', runId: null, runSeq: 0, progress: 0, ...NO_LEASE }
        : false,
    ]
  },
  cancel: ({ state, now }) => [
    db.run(
      updateTask(
        TEAM,
        ID,
        { status: 'cancelled', statusSince: now, finishedAt: now, runId: null, runSeq: 0, ...NO_LEASE },
        { statuses: ALLOWED.cancel, where: '(run_id IS NULL OR run_seq = 0)' },
      ),
    ),
    allows(state.status, 'cancel') && (state.runId === null || state.runSeq === 0)
      ? { ...state, status: 'cancelled', runId: null, runSeq: 0, ...NO_LEASE }
      : false,
  ],
  pause: ({ state, now }) => [
    db.run(
      updateTask(
        TEAM,
        ID,
        { status: 'paused', statusSince: now },
        { statuses: ['queued'], where: 'run_id IS NULL AND lease_hash IS NULL' },
      ),
    ),
    state.status === 'queued' && state.runId === null && state.leaseHash === null
      ? { ...state, status: 'paused' }
      : false,
  ],
  resume: ({ state, now }) => [
    db.run(
      updateTask(
        TEAM,
        ID,
        { status: 'queued', statusSince: now },
        { statuses: ['paused'], where: 'run_id IS NULL AND held = 0' },
      ),
    ),
    state.status === 'paused' && state.runId === null ? { ...state, status: 'queued' } : false,
  ],
  requeueTask: (world) => {
    const run = someRun(world)
    return [
      db.run(requeueTask(ID, run, { code: 'plan', message: 'x' }, world.now)),
      hasNoReport(world.state, run) && {
        ...world.state,
        status: 'queued',
        runId: null,
        attempt: world.state.attempt - 1,
      },
    ]
  },
  failStart: (world) => {
    const run = someRun(world)
    return [
      db.run(failStart(ID, run, { code: 'x', message: 'x' }, world.now)),
      hasNoReport(world.state, run) && { ...world.state, status: 'failed', runId: null },
    ]
  },
  /** Any report of any run: the next, an older one, or a repeated one. */
  report: (world) => {
    const id = someRun(world)
    const run = world.runs.get(id)
    if (run === undefined) return [0, false]
    const report = run.reports[world.random.below(run.reports.length)] as Report
    const { seq, status, progress } = report
    const before = stored()
    db.rows(
      `INSERT INTO runs (id, team_id, kind, subject_id, workflow_version, workflow_name, status, trigger_type, seq, progress, created_at)
       VALUES (?1, ?2, 'task', ?3, 1, 'x', ?4, 'task', ?5, ?6, 1)
       ON CONFLICT (id) DO UPDATE SET status = excluded.status, seq = excluded.seq, progress = excluded.progress WHERE excluded.seq > runs.seq`,
      ...[id, TEAM, ID, status, seq, progress],
    )
    const { state } = world
    const isNews = run.received === null || seq > run.received.seq
    if (isNews) run.received = report
    const isOurs = isNews && state.runId === id && seq > state.runSeq
    const after = stored()
    return [
      JSON.stringify(before) === JSON.stringify(after) ? 0 : 1,
      isOurs && {
        ...state,
        status,
        runSeq: seq,
        progress: status === 'succeeded' ? 100 : Math.max(state.progress, progress),
      },
    ]
  },
  /** A report from before the task had its run. */
  copyRunState: (world) => {
    const { state, runs } = world
    const received = state.runId === null ? null : (runs.get(state.runId)?.received ?? null)
    return [
      db.run(copyRunState(ID)),
      received !== null && received.seq > state.runSeq
        ? {
            ...state,
            status: received.status,
            runSeq: received.seq,
            progress: Math.max(state.progress, received.progress),
          }
        : false,
    ]
  },
  claimLease: (world) => {
    const { state, now, random } = world
    const hash = `hash ${world.hashes.length}`
    world.hashes.push(hash)
    const until = now + 1 + random.below(120_000)
    const seen = random.chance(0.8)
      ? state
      : { ...state, attempt: random.below(4), status: 'queued' as const }
    const found = { id: ID, status: seen.status, attempt: seen.attempt, leaseHash: seen.leaseHash }
    const fits =
      seen.status === state.status && seen.attempt === state.attempt && seen.leaseHash === state.leaseHash
    const isFree =
      state.status === 'queued' || (isAtWork(state.status) && (state.leaseUntil ?? Infinity) <= now)
    // A caller has found it with a query that only returns tasks that wait or have lost their worker.
    if (state.status !== 'queued' && state.status !== 'running') return [0, false]
    return [
      db.run(claimLease(TEAM, found, { hash, until, by: 'worker' }, now)),
      fits && isFree && state.runId === null
        ? { ...state, status: 'running', attempt: state.attempt + 1, leaseHash: hash, leaseUntil: until }
        : false,
    ]
  },
  renewLease: (world) => {
    const { state, now, random } = world
    const hash = someHash(world)
    const until = now + random.below(120_000)
    const progress = random.below(101)
    return [
      db.run(renewLease(TEAM, ID, hash, { progress, reason: null, until, now })),
      holdsLease(state, hash, now)
        ? { ...state, progress: Math.max(state.progress, progress), leaseUntil: until }
        : false,
    ]
  },
  completeLeased: (world) => {
    const { state, now } = world
    const hash = someHash(world)
    return [
      db.run(completeLeased(TEAM, ID, hash, { result: '1', files: '[]', now })),
      holdsLease(state, hash, now) ? { ...state, status: 'succeeded', progress: 100, ...NO_LEASE } : false,
    ]
  },
  failLeased: (world) => {
    const { state, now, random } = world
    const hash = someHash(world)
    const againAt = random.chance(0.5) ? now + 1_000 : null
    return [
      db.run(failLeased(TEAM, ID, hash, { error: '{}', againAt, now })),
      holdsLease(state, hash, now)
        ? { ...state, status: againAt === null ? 'failed' : 'queued', ...NO_LEASE }
        : false,
    ]
  },
  endLeases: ({ state, now }) => [
    db.run(endLeases(now)),
    state.status === 'running' && state.leaseUntil !== null && state.leaseUntil <= now
      ? { ...state, status: 'queued', ...NO_LEASE }
      : false,
  ],
}
const NAMES = Object.keys(COMMANDS_OF)

test('random commands leave each task as in the model, and every change of status is in the table', {
  timeout: 600_000,
}, () => {
  for (let n = 0; n < casesOf(10_000); n++) {
    const random = randomFrom(SEED + n)
    db.clear()
    db.run(insertTasks([newTask(ID)], null))
    const world: World = { random, now: 1_000_000, state: stored(), runs: new Map(), hashes: [] }
    const steps: string[] = []
    for (let at = 0; at < COMMANDS; at++) {
      const name = NAMES[random.below(NAMES.length)] ?? ''
      steps.push(name)
      world.now += random.chance(0.1) ? random.below(7_200_000) - 3_600_000 : random.below(60_000)
      const [changed, expected] = (COMMANDS_OF[name] as Command)(world)
      const after = stored()
      const where = `${repeatWith(SEED + n)} ${steps.join(' ')} from ${JSON.stringify(world.state)}`
      expect(after, where).toEqual(expected === false ? world.state : expected)
      if (expected === false) expect(changed, where).toBe(0)
      expect(
        mayBecome(world.state.status, after.status),
        `${where}: ${world.state.status} ${after.status}`,
      ).toBe(true)
      if (
        after.runId === world.state.runId &&
        after.attempt === world.state.attempt &&
        !allows(world.state.status, 'retry')
      )
        expect(after.progress, where).toBeGreaterThanOrEqual(world.state.progress)
      if (after.leaseHash !== null) expect(after.status, where).toBe('running')
      world.state = after
    }
    const [count] = db.rows<{ n: number; status: string }>('SELECT status, n FROM task_counts WHERE n <> 0')
    expect({ ...count }, repeatWith(SEED + n)).toEqual({ status: world.state.status, n: 1 })
    const days = db.rows<{ created: number; ended: number }>(
      'SELECT sum(created) AS created, sum(succeeded + failed + cancelled + skipped) AS ended FROM task_days',
    )
    const ended = db.rows<{ n: number }>('SELECT count(*) AS n FROM tasks WHERE finished_at IS NOT NULL')[0]
      ?.n
    expect({ ...days[0] }, repeatWith(SEED + n)).toEqual({ created: 1, ended })
  }
})

type Judged = 'ready' | 'blocked' | 'skipped'

/** Slow and simple: the new state of a task with these dependencies. */
function judged(dependencies: ('open' | 'met' | 'failed')[], onFailure: 'block' | 'skip' | 'run'): Judged {
  const failed = dependencies.includes('failed')
  if (failed && onFailure === 'skip') return 'skipped'
  if (failed && onFailure === 'block') return 'blocked'
  return dependencies.includes('open') ? 'blocked' : 'ready'
}

test('SQL releases, holds or skips waiting tasks as the rule says', { timeout: 300_000 }, () => {
  for (let n = 0; n < casesOf(5_000); n++) {
    const random = randomFrom(SEED + n)
    db.clear()
    const onFailure = (['block', 'skip', 'run'] as const)[random.below(3)] ?? 'block'
    const others = Array.from({ length: 1 + random.below(4) }, (_, at) => ({
      id: `tsk_${at}`,
      status: TASK_STATUSES[random.below(TASK_STATUSES.length)] ?? 'draft',
      needs: random.chance(0.3) ? ('end' as const) : ('success' as const),
      isWaived: random.chance(0.2),
    }))
    const own = newTask(ID, { status: 'blocked', held: 1, onDependencyFailure: onFailure })
    db.run(insertTasks([...others.map(({ id, status }) => newTask(id, { status })), own], null))
    for (const { id, needs, isWaived } of others)
      db.rows(
        'INSERT INTO task_dependencies (task_id, depends_on, team_id, needs, waived_by) VALUES (?, ?, ?, ?, ?)',
        ...[ID, id, TEAM, needs, isWaived ? 'usr_x' : null],
      )
    // Like the desk, and once more, which changes nothing.
    for (let times = 0; times < 2; times++) {
      db.run(skipTasks([ID], 5))
      db.run(releaseTasks([ID], 5))
    }
    const expected = judged(
      others.map(({ needs, status, isWaived }) => judgeDependency(needs, status, isWaived)),
      onFailure,
    )
    const row = db.rows<{ status: TaskStatus; held: number }>(
      'SELECT status, held FROM tasks WHERE id = ?',
      ID,
    )[0]
    const found = row?.status === 'skipped' ? 'skipped' : row?.held === 1 ? 'blocked' : 'ready'
    expect(found, `${repeatWith(SEED + n)} ${onFailure} ${JSON.stringify(others)}`).toBe(expected)
    if (found !== 'blocked') expect(hasEnded(row?.status ?? '') || row?.status === 'queued').toBe(true)
  }
})

test('the queue is ordered by priority, raised by a level for each ten minutes of waiting', {
  timeout: 60_000,
}, () => {
  for (let n = 0; n < casesOf(500); n++) {
    const random = randomFrom(SEED + n)
    db.clear()
    const now = 100_000_000
    const tasks = Array.from({ length: 2 + random.below(8) }, (_, at) => ({
      id: `tsk_${at}`,
      priority: random.below(10),
      queuedAt: now - random.below(3_600_000),
    }))
    db.run(
      insertTasks(
        tasks.map(({ id, ...one }) => newTask(id, { status: 'queued', ...one })),
        null,
      ),
    )
    const found = db.rows<{ id: string }>(
      `SELECT t.id FROM tasks t WHERE t.status = 'queued' ORDER BY ${QUEUE_ORDER('?')}`,
      now,
    )
    const level = ({ priority, queuedAt }: (typeof tasks)[number]): number =>
      priority + Math.floor((now - queuedAt) / 600_000)
    const expected = tasks.toSorted(
      (a, b) => level(b) - level(a) || a.queuedAt - b.queuedAt || (a.id < b.id ? -1 : 1),
    )
    expect(
      found.map(({ id }) => id),
      repeatWith(SEED + n),
    ).toEqual(expected.map(({ id }) => id))
  }
})
