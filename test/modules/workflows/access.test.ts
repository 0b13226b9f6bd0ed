import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { PLAN_LIMITS } from '../../../src/core/plans.ts'
import { call, get, post } from '../../helpers/api.ts'
import { newPerson, newTeam } from '../../helpers/people.ts'
import { create, put, say, WORKFLOWS } from './workflows.ts'

test('a workflow of another team is answered like a missing one', async () => {
  const stranger = await newPerson()
  const { body } = await create(await newPerson())
  const other = await create(stranger)
  for (const id of [body.id, 'wf_00000000000000000000000000']) {
    const path = `${WORKFLOWS}/${id}`
    const answers = await Promise.all([
      get(path, stranger),
      put(path, stranger, { name: 'Mine' }),
      put(path, stranger, { definition: say('mine') }),
      call('DELETE', path, { as: stranger }),
      post(`${path}/activate`, stranger, {}),
      post(`${path}/clone`, stranger, {}),
      post(`${path}/plan`, stranger, {}),
      get(`${path}/versions`, stranger),
      get(`${path}/versions/1`, stranger),
      get(`${path}/versions/diff?from=1&to=1`, stranger),
      post(`${path}/versions/1/restore`, stranger, {}),
      get(`${path}/draft`, stranger),
      put(`${path}/draft`, stranger, { definition: say('mine') }),
      get(`${path}/triggers`, stranger),
      put(`${path}/triggers`, stranger, { triggers: [] }),
      get(`${path}/export`, stranger),
      get(`${path}/metrics`, stranger),
    ])
    expect(answers.map((answer) => answer.status)).toEqual(answers.map(() => 404))
  }
  const hostage = await put(`${WORKFLOWS}/${other.body.id}`, stranger, { errorWorkflowId: body.id })
  expect([hostage.status, hostage.body.errors[0].path]).toEqual([422, '/errorWorkflowId'])
})

test('viewers read, members write, and a key needs the scope', async () => {
  const { join } = await newTeam()
  const [viewer, member] = [await join('viewer'), await join('member')]
  expect((await create(viewer)).status).toBe(403)
  const made = await create(member)
  expect(made.status).toBe(201)
  expect((await get(`${WORKFLOWS}/${made.body.id}`, viewer)).status).toBe(200)
  const key = await post('/api/v1/auth/api-keys', member, { name: 'Reader', scopes: ['workflows:read'] })
  const apiKey = { apiKey: key.body.key }
  expect((await get(`${WORKFLOWS}/${made.body.id}`, apiKey)).status).toBe(200)
  expect((await create(apiKey)).body.code).toBe('access.scope_missing')
})

test('of concurrently created workflows no more exist than the plan allows', async () => {
  const person = await newPerson({ plan: 'free' })
  const most = PLAN_LIMITS.free.workflows ?? 0
  const rows = Array.from({ length: most - 2 }, (_, i) =>
    env.DB.prepare(
      "INSERT INTO workflows (id, team_id, name, tags, created_by, created_at, updated_at) VALUES (?, ?, 'x', '[]', 'u', 0, 0)",
    ).bind(`wf_${person.teamId.slice(5)}${i}`, person.teamId),
  )
  await env.DB.batch(rows)
  const answers = await Promise.all([1, 2, 3, 4].map(() => create(person)))
  expect(answers.map((answer) => answer.status).sort()).toEqual([201, 201, 402, 402])
  expect(answers.find((answer) => answer.status === 402)?.body.code).toBe('plan.limit_reached')
})
