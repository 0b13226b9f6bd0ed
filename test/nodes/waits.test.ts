import { expect, test } from 'vitest'
import { newId } from '../../src/core/ids.ts'
import type { Json } from '../../src/core/json.ts'
import { ended, runOf, start } from '../helpers/runs.ts'
import { errorOf, one, taken, waiting, withPorts } from './one.ts'

const PORTS = ['main', 'timeout']
const send = (runId: string, name: string, data: Json, id?: string) =>
  runOf(runId).signal({ name, data, by: 'usr_x', ...(id === undefined ? {} : { id }) })

test('flow.waitForEvent continues with the data of the event', async () => {
  const run = await withPorts('flow.waitForEvent', { name: 'paid' }, PORTS, { waitMs: 0 })
  expect(await waiting(run.id)).toMatchObject({ path: 'it', kind: 'signal', name: 'paid', until: null })
  await send(run.id, 'other', { sum: 1 })
  await send(run.id, 'paid', { sum: 5 })
  const end = await ended(run.id)
  expect(taken(end)).toEqual(['main'])
  expect(end.output).toMatchObject({ main: { sum: 5 } })
})

test('only an event that the filter accepts counts; the filter sees the event as item', async () => {
  const filter = '{{ item.order.id === input.order && item.sum > 3 }}'
  const run = await withPorts('flow.waitForEvent', { name: 'paid', filter }, PORTS, {
    waitMs: 0,
    input: { order: 7 },
  })
  await send(run.id, 'paid', { order: { id: 8 }, sum: 9 })
  await send(run.id, 'paid', { nothing: 'of the sort' })
  await send(run.id, 'paid', null)
  await send(run.id, 'paid', { order: { id: 7 }, sum: 1 })
  expect((await runOf(run.id).view({}))?.status).toBe('waiting')
  await send(run.id, 'paid', { order: { id: 7 }, sum: 5 })
  expect((await ended(run.id)).output).toMatchObject({ main: { sum: 5 } })
})

test('an event that comes before its wait is not lost, and is used once', async () => {
  const run = await start(
    {
      nodes: [
        { id: 'first', type: 'flow.waitForEvent', params: { name: 'go' } },
        { id: 'paid', type: 'flow.waitForEvent', params: { name: 'paid', filter: '{{ item.n > 1 }}' } },
        { id: 'again', type: 'flow.waitForEvent', params: { name: 'paid', timeoutMs: 100 } },
      ],
      edges: [
        { from: 'first', to: 'paid' },
        { from: 'paid', to: 'again' },
      ],
      output: ['{{ nodes.paid }}', '{{ nodes.again }}'],
    },
    {},
    { waitMs: 0 },
  )
  await send(run.id, 'paid', { n: 1 })
  await send(run.id, 'paid', { n: 2 })
  await send(run.id, 'go', null)
  expect((await ended(run.id)).output).toEqual([{ n: 2 }, { n: 1 }])
})

test('without an event it continues at timeout', async () => {
  const run = await withPorts('flow.waitForEvent', { name: 'paid', timeoutMs: 50 }, PORTS)
  expect(taken(run)).toEqual(['timeout'])
})

const APPROVAL_PORTS = ['approved', 'rejected', 'timeout']

async function asked(params: Record<string, unknown>, ports = APPROVAL_PORTS) {
  const run = await withPorts('flow.approval', { title: 'May {{ input }}?', ...params }, ports, {
    waitMs: 0,
    input: 'it',
  })
  const wait = await waiting(run.id)
  const say = (decision: 'approve' | 'reject', by = newId('usr', 0), data: Json = null) =>
    runOf(run.id).decide({
      approvalId: wait.name ?? '',
      by,
      decision,
      comment: `${decision} it`,
      data,
      isStarter: false,
    })
  return { run, wait, say }
}

test.each([
  ['approve', 'approved'],
  ['reject', 'rejected'],
] as const)('flow.approval: %s continues at %s', async (decision, port) => {
  const { run, wait, say } = await asked({ message: 'Please', assignees: ['usr_a', 'usr_b'] })
  expect(wait).toMatchObject({
    kind: 'approval',
    detail: {
      title: 'May it?',
      message: 'Please',
      assignees: ['usr_a', 'usr_b'],
      quorum: 1,
      allowSelf: false,
    },
  })
  await say(decision, 'usr_a', { sum: 5 })
  const end = await ended(run.id)
  expect(taken(end)).toEqual([port])
  expect((end.output as Record<string, Json>)[port]).toMatchObject({
    decision: port,
    by: 'usr_a',
    comment: `${decision} it`,
    data: { sum: 5 },
    decisions: [{ by: 'usr_a' }],
  })
})

test('a quorum waits for that many approvals, and the first rejection decides', async () => {
  const three = await asked({ quorum: 3 })
  await three.say('approve')
  await three.say('approve')
  expect((await runOf(three.run.id).view({}))?.status).toBe('waiting')
  await three.say('approve', 'usr_last')
  const approved = await ended(three.run.id)
  expect(taken(approved)).toEqual(['approved'])
  expect(approved.output).toMatchObject({ approved: { by: 'usr_last', decisions: [{}, {}, {}] } })

  const two = await asked({ quorum: 2 })
  await two.say('approve')
  await two.say('reject', 'usr_no')
  expect(taken(await ended(two.run.id))).toEqual(['rejected'])
})

test.each([
  ['approve', APPROVAL_PORTS, ['approved']],
  ['reject', APPROVAL_PORTS, ['rejected']],
  ['route', APPROVAL_PORTS, ['timeout']],
  [undefined, APPROVAL_PORTS, ['timeout']],
])('without a decision and with onTimeout %s', async (onTimeout, ports, expected) => {
  const params = { title: 'x', timeoutMs: 50, ...(onTimeout === undefined ? {} : { onTimeout }) }
  const run = await withPorts('flow.approval', params, ports)
  expect(taken(run)).toEqual(expected)
  expect(run.output).toMatchObject({ [expected[0] as string]: { decision: expected[0], by: null } })
})

test('without a decision it fails if configured, and if the port timeout leads nowhere', async () => {
  const configured = await withPorts(
    'flow.approval',
    { title: 'x', timeoutMs: 50, onTimeout: 'fail' },
    APPROVAL_PORTS,
  )
  const without = await withPorts('flow.approval', { title: 'x', timeoutMs: 50 }, ['approved', 'rejected'])
  for (const run of [configured, without])
    expect(run).toMatchObject({ status: 'failed', error: { code: 'approval.timeout' } })
})

test('an approval that can never be met, or with an invalid form, fails immediately', async () => {
  const tooFew = { title: 'x', assignees: ['usr_a', 'usr_a'], quorum: 2 }
  expect(await errorOf('flow.approval', tooFew)).toMatchObject({
    code: 'params.invalid',
    message: expect.stringContaining('quorum'),
  })
  const form = { type: 'object', properties: { sum: { type: 'nombre' } } }
  expect(await errorOf('flow.approval', { title: 'x', form })).toMatchObject({
    code: 'params.invalid',
    message: expect.stringContaining('/properties/sum/type'),
  })
})

test('an approval keeps its form, and a closed one accepts no more decisions', async () => {
  const form = { type: 'object', properties: { sum: { type: 'number' } } }
  const { run, wait, say } = await asked({ form })
  expect(wait.detail).toMatchObject({ form })
  await say('approve')
  await ended(run.id)
  expect(await say('reject')).toMatchObject({ ok: false, reason: 'conflict' })
})

test('a node that waits cannot run for pure items; the error says so', async () => {
  const run = await one('flow.wait', { durationMs: 1 }, { node: { each: { items: [1, 2] } } })
  expect(run).toMatchObject({ status: 'failed', error: { code: 'each.cannot_wait' } })
})
