// Which deliveries are the same, and which start no run at all.
import { expect, test } from 'vitest'
import { post } from '../../helpers/api.ts'
import { newPerson } from '../../helpers/people.ts'
import { deliver, echo, hexOf, hmacOf, hooked, JSON_TYPE, runsOf, setSecret } from './deliver.ts'
import { gitHub } from './vendor-signatures.ts'

const SECRET = 'correct-horse-battery'
const coded = (answer: { status: number; body: any }) => [answer.status, answer.body.code]
const IGNORED = { runId: null, status: 'ignored', reason: 'filter' }

test.each([
  ['no proof', {}, {}],
  ['a secret in a header', { auth: { type: 'header', header: 'x-secret' } }, { 'x-secret': SECRET }],
])('with %s the id header identifies the delivery', async (_what, config, proof) => {
  const hook = await hooked({ idHeader: 'X-Event-Id', ...config })
  await setSecret(hook, SECRET)
  const send = (id: string | null, body = '{"a":1}') =>
    deliver(hook, {
      body,
      headers: { ...JSON_TYPE, ...proof, ...(id === null ? {} : { 'x-event-id': id }) } as Record<
        string,
        string
      >,
    })
  const first = await send('one')
  expect(first.status).toBe(202)
  const again = await send('one')
  expect([again.status, again.body.runId]).toEqual([200, first.body.runId])
  expect(coded(await send('one', '{"a":2}'))).toEqual([422, 'idempotency.mismatch'])
  expect((await send('two')).body.runId).not.toBe(first.body.runId)
  expect((await send('x'.repeat(255))).status).toBe(202)
  for (const none of [null, '', 'x'.repeat(256)])
    expect(coded(await send(none))).toEqual([400, 'hook.missing_id'])
})

test('with a custom signature the id header distinguishes equal bodies', async () => {
  const hook = await hooked({ idHeader: 'x-event-id', auth: { type: 'hmac', header: 'x-sig' } })
  await setSecret(hook, SECRET)
  const sig = hexOf(await hmacOf(SECRET, 'ping'))
  const send = (id: string) => deliver(hook, { body: 'ping', headers: { 'x-sig': sig, 'x-event-id': id } })
  const [one, two, again] = [await send('one'), await send('two'), await send('one')]
  expect(one.body.runId).not.toBe(two.body.runId)
  expect([again.status, again.body.runId]).toEqual([200, one.body.runId])
})

test('the id header of a trigger takes precedence over that of the service', async () => {
  const hook = await hooked({ idHeader: 'X-Gitea-Delivery', auth: { type: 'github' } })
  await setSecret(hook, SECRET)
  const send = async (gitea: string) => {
    const { body, headers } = await gitHub(SECRET, '{}')
    return deliver(hook, { body, headers: { ...headers, 'x-gitea-delivery': gitea } })
  }
  const first = await send('one')
  expect((await send('one')).body.runId).toBe(first.body.runId)
})

test('a known delivery gets the answer of its run again, and 200 if that run has failed', async () => {
  const answering = await hooked(
    { respond: 'on-finish', idHeader: 'x-id' },
    { nodes: echo.nodes, output: { n: 1 } },
  )
  const failing = await hooked(
    { respond: 'on-finish', idHeader: 'x-id' },
    { nodes: [{ id: 'no', type: 'flow.fail', params: { message: 'no' } }] },
  )
  const send = (hook: typeof answering) => deliver(hook, { headers: { 'x-id': 'one' } })
  const answers = [await send(answering), await send(answering)]
  expect(answers.map(({ status, body }) => [status, body])).toEqual([
    [200, { n: 1 }],
    [200, { n: 1 }],
  ])
  expect(coded(await send(failing))).toEqual([500, 'run.failed'])
  const again = await send(failing)
  expect([again.status, again.body]).toEqual([200, { runId: expect.any(String), status: 'failed' }])
})

test('only deliveries that the filter accepts start a run', async () => {
  const hook = await hooked({
    filter: "{{ input.headers['x-event'] == 'push' && item.ref == 'main' && input.query.dry == null }}",
  })
  const send = (event: string, ref: string, path = '') =>
    deliver(hook, { path, body: JSON.stringify({ ref }), headers: { ...JSON_TYPE, 'x-event': event } })
  expect((await send('push', 'main')).status).toBe(202)
  for (const ignored of [
    await send('pull', 'main'),
    await send('push', 'next'),
    await send('push', 'main', '?dry=1'),
  ])
    expect([ignored.status, ignored.body]).toEqual([200, IGNORED])
  expect(await runsOf(hook.workflowId)).toHaveLength(1)
})

test('a filter that cannot be evaluated accepts nothing, and is evaluated after the signature check', async () => {
  const hook = await hooked({ filter: '{{ item.order.total > 5 }}', auth: { type: 'github' } })
  await setSecret(hook, SECRET)
  const answer = await deliver(hook, await gitHub(SECRET, '{}'))
  expect([answer.status, answer.body]).toEqual([200, IGNORED])
  expect((await deliver(hook, { body: '{}', headers: JSON_TYPE })).status).toBe(401)
  const { body } = await gitHub(SECRET, '{"order":{"total":6}}')
  expect((await deliver(hook, await gitHub(SECRET, body))).status).toBe(202)
})

test.each([
  ['{{ nodes.a }}', '/triggers/0/filter', 'expression.unknown_name'],
  ['{{ item. }}', '/triggers/0/filter', 'expression.syntax'],
  ['push', '/triggers/0/filter', 'condition.constant'],
])('the filter %j is refused when it is saved', async (filter, path, code) => {
  const { body } = await post('/api/v1/workflows/validate', await newPerson(), {
    definition: echo,
    triggers: [{ type: 'webhook', filter }],
  })
  expect(body.problems).toMatchObject([{ path, code }])
})

test.each(['hmac', 'stripe', 'slack'])('%s signs the id, so an id header is refused', async (type) => {
  const { body } = await post('/api/v1/workflows/validate', await newPerson(), {
    definition: echo,
    triggers: [{ type: 'webhook', idHeader: 'x-id', auth: { type } }],
  })
  expect(body.problems).toMatchObject([{ path: '/triggers/0/idHeader', code: 'trigger.unused_id_header' }])
})
