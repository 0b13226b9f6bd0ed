// Deleting workflows that others use.
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { call, get } from '../../helpers/api.ts'
import { newPerson } from '../../helpers/people.ts'
import { create, say, WORKFLOWS } from './workflows.ts'

const calling = (params: Record<string, unknown>) => ({
  nodes: [{ id: 'it', type: 'flow.workflow', params }],
})
const inGroup = (definition: object) => ({
  nodes: [{ id: 'g', type: 'flow.group', params: { body: definition } }],
})
const remove = (id: string, as: Awaited<ReturnType<typeof newPerson>>, query = '') =>
  call('DELETE', `${WORKFLOWS}/${id}${query}`, { as })

test('a workflow that others call is only deleted on explicit request, and the answer says where it is used', async () => {
  const person = await newPerson()
  const { id } = (await create(person)).body
  const caller = (await create(person, { name: 'Orders', definition: calling({ workflowId: id }) })).body
  const deep = (await create(person, { name: 'Deep', definition: inGroup(calling({ workflowId: id })) })).body
  const handled = (await create(person, { name: 'Careful', errorWorkflowId: id })).body
  const refused = await remove(id, person)
  expect(refused).toMatchObject({
    status: 409,
    body: {
      code: 'workflow.in_use',
      errors: [
        { resourceId: caller.id, code: 'workflow.calls', message: '"Orders" calls it' },
        { resourceId: deep.id, code: 'workflow.calls', message: '"Deep" calls it' },
        {
          resourceId: handled.id,
          code: 'workflow.handles_errors',
          message: '"Careful" starts it when a run fails',
        },
      ],
    },
  })
  expect((await get(`${WORKFLOWS}/${id}`, person)).status).toBe(200)
  expect((await remove(id, person, '?force=false')).status).toBe(409)
  expect((await remove(id, person, '?force=true')).status).toBe(204)
})

test('a workflow that is called by its key is in use', async () => {
  const person = await newPerson()
  const { id } = (await create(person)).body
  await env.DB.prepare('UPDATE workflows SET key = ? WHERE id = ?').bind('send-invoice', id).run()
  const caller = (await create(person, { definition: say('x') })).body
  const definition = JSON.stringify(calling({ workflowKey: 'send-invoice' }))
  await env.DB.prepare('UPDATE workflow_versions SET definition = ? WHERE workflow_id = ?')
    .bind(definition, caller.id)
    .run()
  expect((await remove(id, person)).body).toMatchObject({ errors: [{ resourceId: caller.id }] })
})

test('its id in a text, in an older version, in its own definition or in another team is not a use', async () => {
  const person = await newPerson()
  const { id } = (await create(person)).body
  await create(person, { definition: say(`see ${id}`) })
  const once = (await create(person, { definition: calling({ workflowId: id }) })).body
  const changed = { definition: say('nothing') }
  expect((await call('PATCH', `${WORKFLOWS}/${once.id}`, { as: person, body: changed })).status).toBe(200)
  const itself = { definition: calling({ workflowId: id }) }
  expect((await call('PATCH', `${WORKFLOWS}/${id}`, { as: person, body: itself })).status).toBe(200)
  await create(await newPerson(), { definition: calling({ workflowId: id }) })
  expect((await remove(id, person)).status).toBe(204)
})
