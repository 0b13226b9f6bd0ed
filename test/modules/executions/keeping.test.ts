import { env } from 'cloudflare:workers'
import { expect, test, vi } from 'vitest'
import type { RequestContext } from '../../../src/context.ts'
import { DAY_MS, toIso } from '../../../src/core/clock.ts'
import { retireRuns, writeRunManifest } from '../../../src/modules/executions/index.ts'
import { get, post } from '../../helpers/api.ts'
import { withContext } from '../../helpers/jobs.ts'
import { newPerson } from '../../helpers/people.ts'
import { linear } from '../../helpers/runs.ts'
import { newWorkflow } from '../../helpers/workflows.ts'

/** Runs live on the real clock, which the other tests' clock may have left far behind. */
const onRunTime = (request: RequestContext): RequestContext => ({
  ...request,
  now: Date.now,
  settings: { ...request.settings, RUN_RETENTION_DAYS: 30 },
})

async function endedRun() {
  const person = await newPerson()
  const workflowId = await newWorkflow(person.teamId, linear(1))
  const { body } = await post(`/api/v1/workflows/${workflowId}/execute`, person, {})
  await vi.waitFor(async () => expect(await rowOf(body.id)).not.toBeNull())
  return { person, id: body.id as string }
}

const rowOf = (id: string) => env.DB.prepare('SELECT id, status FROM runs WHERE id = ?').bind(id).first()

test('a run that ended long ago is removed with its object, a younger one stays', async () => {
  const old = await endedRun()
  const young = await endedRun()
  await env.DB.prepare('UPDATE runs SET finished_at = ? WHERE id = ?')
    .bind(Date.now() - 31 * DAY_MS, old.id)
    .run()
  expect(await withContext((request) => retireRuns(onRunTime(request)))).toBeGreaterThan(0)
  expect(await rowOf(old.id)).toBeNull()
  expect((await get(`/api/v1/workflows/executions/${old.id}`, old.person)).status).toBe(404)
  expect((await get(`/api/v1/workflows/executions/${young.id}`, young.person)).status).toBe(200)
})

test('the index comes back from the manifest of the day and the runs themselves', async () => {
  const { id } = await endedRun()
  const admin = await newPerson({ platformRole: 'admin' })
  const tomorrow = (request: RequestContext) =>
    writeRunManifest({ ...request, now: () => Date.now() + DAY_MS })
  const day = toIso(Date.now()).slice(0, 10)
  // Another test's clock may have been further than today, and its tick has written the manifest already.
  await env.FILES.delete(`run-manifest/${day}/done.json`)
  await withContext(tomorrow)
  await env.DB.prepare('DELETE FROM runs WHERE id = ?').bind(id).run()
  for (let page: number | null = 0; page !== null; ) {
    const answer: { status: number; body: { nextPage: number | null } } = await post(
      '/api/v1/admin/runs/reindex',
      admin,
      { day, page },
    )
    expect(answer.status).toBe(200)
    page = answer.body.nextPage
  }
  expect(await rowOf(id)).toMatchObject({ status: 'succeeded' })
})
