// The definition of a run can be read from the run itself: for a draft, and after the workflow has changed.
import { expect, test } from 'vitest'
import { call, get, post } from '../../helpers/api.ts'
import { newPerson } from '../../helpers/people.ts'
import { linear } from '../../helpers/runs.ts'
import { newWorkflow } from '../../helpers/workflows.ts'

test('the definition of a run is shown on request, as the run has it', async () => {
  const person = await newPerson()
  const workflowId = await newWorkflow(person.teamId, linear(2))
  const path = `/api/v1/workflows/${workflowId}`
  const draft = { definition: linear(3) }
  expect((await call('PUT', `${path}/draft`, { as: person, body: draft })).status).toBe(200)
  const ran = await post(`${path}/execute`, person, {})
  const ofDraft = await post(`${path}/execute`, person, { draft: true })
  expect((await call('DELETE', `${path}/draft`, { as: person })).status).toBe(204)

  const read = (id: string, include: string) => get(`/api/v1/runs/${id}?include=${include}`, person)
  expect((await read(ran.body.id, 'definition')).body.definition.nodes).toHaveLength(2)
  expect((await read(ofDraft.body.id, 'definition')).body.definition.nodes).toHaveLength(3)
  expect((await read(ran.body.id, 'output')).body.definition).toBeUndefined()
})

test('an API key needs the right to read workflows for it', async () => {
  const person = await newPerson()
  const workflowId = await newWorkflow(person.teamId, linear(1))
  const { body } = await post(`/api/v1/workflows/${workflowId}/execute`, person, {})
  const status = async (scopes: string[], include: string) => {
    const key = await post('/api/v1/auth/api-keys', person, { name: 'k', scopes })
    return (await get(`/api/v1/runs/${body.id}?include=${include}`, { apiKey: key.body.key })).status
  }
  expect(await status(['runs:read'], 'definition')).toBe(403)
  expect(await status(['runs:read'], 'output')).toBe(200)
  expect(await status(['runs:read', 'workflows:read'], 'definition')).toBe(200)
})
