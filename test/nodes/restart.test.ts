// Waits keep their data through an eviction.
import { evictDurableObject } from 'cloudflare:test'
import { expect, test } from 'vitest'
import { newTeam } from '../helpers/people.ts'
import { ended, objectOf, runOf, start } from '../helpers/runs.ts'
import { newWorkflow } from '../helpers/workflows.ts'
import { one, taken, waiting, withPorts } from './one.ts'

const evict = (runId: string): Promise<void> => evictDurableObject(objectOf(runId) as never)

test('an event that ended a wait is not accepted again after an eviction', async () => {
  const run = await start(
    {
      nodes: [
        { id: 'first', type: 'flow.waitForEvent', params: { name: 'paid' } },
        { id: 'pause', type: 'flow.waitForEvent', params: { name: 'go' } },
        { id: 'second', type: 'flow.waitForEvent', params: { name: 'paid', timeoutMs: 100 } },
      ],
      edges: [
        { from: 'first', to: 'pause' },
        { from: 'pause', to: 'second' },
      ],
      output: ['{{ nodes.first }}', '{{ nodes.second }}'],
    },
    {},
    { waitMs: 0 },
  )
  await runOf(run.id).signal({ name: 'paid', data: 1, id: 'once', by: 'usr_x' })
  await evict(run.id)
  await runOf(run.id).signal({ name: 'go', data: null, by: 'usr_x' })
  const end = await ended(run.id)
  expect(end.output).toEqual([1, null])
})

test('an event with a known id is not accepted again, also after an eviction', async () => {
  const run = await start(
    {
      nodes: [
        { id: 'first', type: 'flow.waitForEvent', params: { name: 'paid' } },
        { id: 'second', type: 'flow.waitForEvent', params: { name: 'paid', timeoutMs: 200 } },
      ],
      edges: [{ from: 'first', to: 'second' }],
      output: '{{ nodes.second }}',
    },
    {},
    { waitMs: 0 },
  )
  await runOf(run.id).signal({ name: 'paid', data: 1, id: 'once', by: 'usr_x' })
  await evict(run.id)
  await runOf(run.id).signal({ name: 'paid', data: 1, id: 'once', by: 'usr_x' })
  expect((await ended(run.id)).output).toBe(null)
})

test('decisions on an approval survive an eviction, and its timeout still applies', async () => {
  const params = { title: 'x', quorum: 2, timeoutMs: 400, onTimeout: 'route' }
  const ports = ['approved', 'rejected', 'timeout']
  const decided = await withPorts('flow.approval', params, ports, { waitMs: 0 })
  const late = await withPorts('flow.approval', params, ports, { waitMs: 0 })
  for (const run of [decided, late]) {
    const { name } = await waiting(run.id)
    const say = (by: string) =>
      runOf(run.id).decide({
        approvalId: name ?? '',
        by,
        decision: 'approve',
        comment: null,
        data: null,
        isStarter: false,
      })
    await say('usr_a')
    await evict(run.id)
    if (run === decided) await say('usr_b')
  }
  expect(taken(await ended(decided.id))).toEqual(['approved'])
  expect(taken(await ended(late.id))).toEqual(['timeout'])
})

test('an evicted parent gets the result of its child', async () => {
  const { teamId } = await newTeam()
  const workflowId = await newWorkflow(teamId, {
    nodes: [{ id: 'w', type: 'flow.waitForEvent', params: { name: 'go' } }],
  })
  const run = await one('flow.workflow', { workflowId }, { teamId, waitMs: 0 })
  const { name: child } = await waiting(run.id)
  await evict(run.id)
  await runOf(child ?? '').signal({ name: 'go', data: 5, by: 'usr_x' })
  expect(await ended(run.id)).toMatchObject({ status: 'succeeded', output: 5 })
})
