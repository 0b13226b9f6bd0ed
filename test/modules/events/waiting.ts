// Runs that wait for events, in the object and in the index.
import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import type { RunView } from '../../../src/objects/workflow-run.ts'
import { post } from '../../helpers/api.ts'
import { eventually } from '../../helpers/changes.ts'
import { runJobs } from '../../helpers/jobs.ts'
import { newPerson, type Person } from '../../helpers/people.ts'
import { type Definition, newSpec, objectOf, runOf } from '../../helpers/runs.ts'

export type WaitRow = { path: string; name: string; key: string; attempt: number; since: number }

export const rowsOf = async (runId: string): Promise<WaitRow[]> =>
  (
    await env.DB.prepare(
      'SELECT path, name, key, attempt, since FROM event_waits WHERE run_id = ? ORDER BY path',
    )
      .bind(runId)
      .all<WaitRow>()
  ).results

export const pathsOf = async (runId: string): Promise<string[]> =>
  (await rowsOf(runId)).map(({ path }) => path)

/** Until the index has exactly these waits. */
export const listed = (runId: string, ...paths: string[]): Promise<void> =>
  until(async () => JSON.stringify(await pathsOf(runId)) === JSON.stringify(paths), `rows of ${runId}`)

export async function until(isSo: () => Promise<boolean>, what: string): Promise<void> {
  await eventually(async () => {
    if (!(await isSo())) throw new Error(`Not yet: ${what}`)
  })
}

export const wait = (id: string, params: Record<string, unknown>) => ({
  id,
  type: 'flow.waitForEvent',
  params,
})

/** A run of this person's team that has reached its waits, which are not in the index yet. */
export async function begun(person: Person, definition: Definition, input: unknown = null): Promise<string> {
  const spec = newSpec(definition, { teamId: person.teamId, input: input as never })
  const answer = await runOf(spec.runId).start(spec)
  if (!answer.ok) throw new Error(answer.reason)
  return spec.runId
}

/** A run that waits for one name, and is in the index. */
export async function waiting(person: Person, params: Record<string, unknown>): Promise<string> {
  const runId = await begun(person, { nodes: [wait('w', params)] })
  await listed(runId, 'w')
  return runId
}

export const newWaiting = async (params: Record<string, unknown>) => {
  const person = await newPerson()
  return { person, runId: await waiting(person, params) }
}

export const send = (person: Person, body: { name: string; data?: unknown; id?: string }) =>
  post('/api/v1/events', person, body)

export async function view(runId: string): Promise<RunView> {
  const found = await runOf(runId).view({ nodes: true, output: true })
  if (found === null) throw new Error(`There is no ${runId}`)
  return found
}

/** The real queue may be processing the message at this moment. */
export async function ended(runId: string): Promise<RunView> {
  await until(async () => {
    await runJobs()
    return ['succeeded', 'failed', 'cancelled'].includes((await view(runId)).status)
  }, `${runId} has ended`)
  return view(runId)
}

/** The queue has processed everything, and the run has sent everything. */
export async function settled(runId: string): Promise<void> {
  await until(async () => {
    await runJobs()
    const row = await env.DB.prepare(
      "SELECT count(*) AS n FROM outbox WHERE status = 'pending' AND type LIKE 'event.%'",
    ).first<{ n: number }>()
    return row?.n === 0 && (await undelivered(runId)) === 0
  }, `${runId} is left alone`)
}

export const undelivered = (runId: string): Promise<number> =>
  inside(runId, ({ sql }) => sql.exec('SELECT 1 FROM outbox').toArray().length)

export const inside = <T>(runId: string, work: (storage: DurableObjectStorage) => T): Promise<T> =>
  runInDurableObject(objectOf(runId) as never, async (_object: unknown, { storage }: DurableObjectState) =>
    work(storage),
  )

/** The index accepts no waits of this run until it is released. */
export async function holdIndex(runId: string): Promise<() => Promise<void>> {
  await env.DB.prepare(
    `CREATE TRIGGER hold_${runId} BEFORE INSERT ON event_waits WHEN NEW.run_id = '${runId}' BEGIN SELECT RAISE(ABORT, 'held'); END`,
  ).run()
  return async () => void (await env.DB.prepare(`DROP TRIGGER hold_${runId}`).run())
}
