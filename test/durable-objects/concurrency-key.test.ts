// The key under which a run counts against its workflow's limit.
import { expect, test } from 'vitest'
import { newId } from '../../src/core/ids.ts'
import { clock } from '../helpers/clock.ts'
import { newSpec, runOf } from '../helpers/runs.ts'

const limited = (key: string) => ({
  nodes: [{ id: 'wait', type: 'flow.waitForEvent', params: { name: 'go' } }],
  settings: { concurrency: { limit: 1, key } },
})
const statusOf = async (runId: string) => (await runOf(runId).view({}))?.status

test('a key can use everything that a start knows, such as the user', async () => {
  const key = '{{ run.startedBy }} {{ vars.region }} {{ workflow.id }} {{ now > 0 }}'
  const more = { teamId: newId('team', clock.now()), workflowId: newId('wf', clock.now()) }
  const from = (startedBy: string) => newSpec(limited(key), { ...more, startedBy, vars: { region: 'eu' } })
  const [ann, bob, again] = [from('usr_ann'), from('usr_bob'), from('usr_ann')]
  for (const spec of [ann, bob, again]) await runOf(spec.runId).start(spec)
  expect([await statusOf(ann.runId), await statusOf(bob.runId)]).toEqual(['waiting', 'waiting'])
  expect((await runOf(again.runId).view({}))?.waitingFor).toMatchObject([
    { kind: 'slot', name: `usr_ann eu ${more.workflowId} true` },
  ])
})

test('a start with an invalid key is refused, and a run of a trigger fails with the reason', async () => {
  const definition = limited('{{ input.a.b.c }}')
  const asked = newSpec(definition, { input: {} })
  expect(await runOf(asked.runId).start(asked)).toMatchObject({
    ok: false,
    reason: 'bad_key',
    detail: expect.stringContaining('settings.concurrency.key'),
  })
  expect(await runOf(asked.runId).view({})).toBeNull()
  const fired = newSpec(definition, { input: {}, trigger: { type: 'event' } })
  expect(await runOf(fired.runId).start(fired)).toMatchObject({ ok: true })
  expect(await runOf(fired.runId).view({ nodes: true })).toMatchObject({
    status: 'failed',
    error: { code: 'run.bad_concurrency_key' },
    nodes: [{ id: 'wait', status: 'skipped' }],
  })
})
