import { expect, test } from 'vitest'
import { call, get, post } from '../../helpers/api.ts'
import { newPerson } from '../../helpers/people.ts'
import { create, put, say, WORKFLOWS } from './workflows.ts'

async function withVersions(person: Awaited<ReturnType<typeof newPerson>>, count: number): Promise<string> {
  const { body } = await create(person, { definition: say('v1'), triggers: [{ type: 'webhook' }] })
  const path = `${WORKFLOWS}/${body.id}`
  for (let n = 2; n <= count; n++) await put(path, person, { definition: say(`v${n}`) })
  return path
}

test('paging the versions neither repeats nor loses one while versions are added', async () => {
  const person = await newPerson()
  const path = await withVersions(person, 5)
  const first = await get(`${path}/versions?limit=2`, person)
  await put(path, person, { definition: say('v6') })
  const second = await get(`${path}/versions?limit=4&cursor=${first.body.nextCursor}`, person)
  const seen = [...first.body.items, ...second.body.items].map(({ version }) => version)
  expect([seen, second.body.nextCursor]).toEqual([[5, 4, 3, 2, 1], null])
})

test('restoring creates a new version of old content, and restores the URL of a removed trigger', async () => {
  const person = await newPerson()
  const path = await withVersions(person, 2)
  const url = (await get(`${path}/triggers`, person)).body.items[0].url
  await put(path, person, { definition: say('v3'), triggers: [] })
  expect((await get(path, person)).body.triggers).toEqual([])
  const restored = await post(`${path}/versions/1/restore`, person, {})
  expect([restored.status, restored.body]).toMatchObject([200, { version: 4, definition: say('v1') }])
  expect(restored.body.triggers[0]).toMatchObject({ url, active: true })
  expect((await get(`${path}/versions/4`, person)).body.note).toBe('Restored from version 1')
  expect((await post(`${path}/versions/9/restore`, person, {})).status).toBe(404)
  const stale = await call('POST', `${path}/versions/2/restore`, {
    as: person,
    headers: { 'if-match': '"1"' },
  })
  expect(stale.status).toBe(412)
})

test('two versions are compared by node, edge, setting and trigger, with paths', async () => {
  const person = await newPerson()
  const node = (id: string, text: string) => ({ id, type: 'data.set', params: { values: { text } } })
  const { body } = await create(person, {
    definition: {
      settings: { maxParallel: 2 },
      nodes: [node('a', '1'), node('b', '2')],
      edges: [{ from: 'a', to: 'b' }],
    },
    triggers: [{ type: 'schedule', cron: '0 9 * * *' }, { type: 'webhook' }],
  })
  const path = `${WORKFLOWS}/${body.id}`
  await put(path, person, {
    definition: {
      settings: { maxParallel: 4 },
      nodes: [node('a', 'one'), node('c', '3')],
      edges: [{ from: 'a', to: 'c' }],
      output: '{{ nodes.c }}',
    },
    triggers: [{ type: 'schedule', cron: '0 8 * * *' }, { type: 'manual' }],
  })
  const diff = await get(`${path}/versions/diff?from=1&to=2`, person)
  expect(diff.body).toEqual({
    from: 1,
    to: 2,
    same: false,
    nodes: {
      added: ['c'],
      removed: ['b'],
      changed: [
        { id: 'a', changes: [{ path: '/params/values/text', kind: 'changed', before: '1', after: 'one' }] },
      ],
    },
    edges: { added: [{ from: 'a', to: 'c' }], removed: [{ from: 'a', to: 'b' }], changed: [] },
    settings: [{ path: '/maxParallel', kind: 'changed', before: 2, after: 4 }],
    triggers: {
      added: ['manual'],
      removed: ['webhook'],
      changed: [
        {
          key: 'schedule',
          changes: [{ path: '/cron', kind: 'changed', before: '0 9 * * *', after: '0 8 * * *' }],
        },
      ],
    },
    other: [{ path: '/output', kind: 'added', after: '{{ nodes.c }}' }],
  })
  expect((await get(`${path}/versions/diff?from=2&to=2`, person)).body.same).toBe(true)
  expect((await get(`${path}/versions/diff?from=1&to=7`, person)).status).toBe(404)
})

test('a draft may be invalid, shows its problems, and becomes the current version once it is valid', async () => {
  const person = await newPerson()
  const path = await withVersions(person, 1)
  expect((await get(`${path}/draft`, person)).status).toBe(404)
  const wrong = await put(`${path}/draft`, person, { definition: { nodes: [{ id: 'x', type: 'no.such' }] } })
  expect([wrong.status, wrong.body]).toMatchObject([200, { valid: false, baseVersion: 1 }])
  const refused = await post(`${path}/publish`, person, {})
  expect([refused.status, refused.body.code]).toEqual([422, 'workflow.invalid'])
  expect((await get(path, person)).body).toMatchObject({ version: 1, hasDraft: true })
  const right = await put(
    `${path}/draft`,
    person,
    { definition: say('drafted'), note: 'At last' },
    { 'if-match': String(wrong.headers.get('etag')) },
  )
  expect(right.body.valid).toBe(true)
  const stale = await put(
    `${path}/draft`,
    person,
    { definition: say('late') },
    { 'if-match': String(wrong.headers.get('etag')) },
  )
  expect(stale.status).toBe(412)
  const published = await call<any>('POST', `${path}/publish`, {
    as: person,
    headers: { 'if-match': String(right.headers.get('etag')) },
  })
  expect([published.status, published.body]).toMatchObject([
    200,
    { version: 2, definition: say('drafted'), hasDraft: false },
  ])
  expect(published.body.triggers).toHaveLength(1)
  expect((await post(`${path}/publish`, person, {})).status).toBe(404)
})

test('a draft of an outdated version is not published over the newer one', async () => {
  const person = await newPerson()
  const path = await withVersions(person, 1)
  await put(`${path}/draft`, person, { definition: say('drafted') })
  await put(path, person, { definition: say('meanwhile') })
  const answer = await post(`${path}/publish`, person, {})
  expect([answer.status, answer.body.code]).toEqual([409, 'resource.conflict'])
  expect((await call('DELETE', `${path}/draft`, { as: person })).status).toBe(204)
  expect((await get(path, person)).body).toMatchObject({ hasDraft: false, definition: say('meanwhile') })
})
