// Runs for objects other than workflows: one index of runs for all of them.
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { call, get } from '../../helpers/api.ts'
import { eventually } from '../../helpers/changes.ts'
import { newPerson, type Person } from '../../helpers/people.ts'
import { linear, start } from '../../helpers/runs.ts'

const RUNS = '/api/v1/workflows/executions'

const found = async (person: Person, query: string): Promise<string[]> => {
  const { body } = await get(`${RUNS}?${query}`, person)
  return body.items.map((item: { id: string }) => item.id)
}

test('a run has its kind and the object that it works for, and is found by both', async () => {
  const person = await newPerson()
  const { teamId } = person
  const workflow = await start(linear(1), { teamId })
  const first = await start(linear(1), { teamId, kind: 'export', subjectId: 'team_a' })
  const second = await start(linear(1), { teamId, kind: 'export', subjectId: 'team_b' })
  const elsewhere = await newPerson()
  await start(linear(1), { teamId: elsewhere.teamId, kind: 'export', subjectId: 'team_a' })
  expect((await get(`${RUNS}/${first.id}`, person)).body).toMatchObject({
    kind: 'export',
    subjectId: 'team_a',
  })
  expect((await get(`${RUNS}/${workflow.id}`, person)).body).toMatchObject({
    kind: 'workflow',
    subjectId: null,
  })
  await eventually(async () => expect(await found(person, '')).toHaveLength(3))
  expect(await found(person, 'kind=workflow')).toEqual([workflow.id])
  expect(await found(person, 'kind=export')).toEqual([second.id, first.id])
  expect(await found(person, 'kind=export&limit=1&sort=createdAt')).toEqual([first.id])
  expect(await found(person, 'kind=sync')).toEqual([])
  expect(await found(person, 'subjectId=team_a')).toEqual([first.id])
  expect(await found(person, 'kind=export&subjectId=team_b')).toEqual([second.id])
  const counts = (await get(`${RUNS}/counts?kind=export`, person)).body
  expect(counts.total).toBe(2)
  expect((await get(`${RUNS}?kind=other`, person)).status).toBe(422)
})

test('a retry keeps the kind of a run', async () => {
  const person = await newPerson()
  const failing = { nodes: [{ id: 'no', type: 'flow.fail', params: { message: 'No' } }] }
  const { id } = await start(failing, { teamId: person.teamId, kind: 'sync', subjectId: 'int_1' })
  const retry = await call('POST', `${RUNS}/${id}/retry`, { as: person })
  expect(retry.body).toMatchObject({ kind: 'sync', subjectId: 'int_1' })
})

test('the list of runs of a kind reads the index of that kind', async () => {
  const { results } = await env.DB.prepare(
    "EXPLAIN QUERY PLAN SELECT id FROM runs WHERE runs.team_id = ? AND deleted_at IS NULL AND kind = ? AND kind <> 'workflow' ORDER BY runs.created_at DESC, id DESC LIMIT 21",
  )
    .bind('team_a', 'export')
    .all<{ detail: string }>()
  expect(results.map(({ detail }) => detail).join()).toContain('runs_kind')
})
