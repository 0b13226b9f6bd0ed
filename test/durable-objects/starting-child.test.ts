// A run that is cancelled while it starts a sub-workflow, and loses its process at that moment.

import { env } from 'cloudflare:workers'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { setFaultHook } from '../../durable-objects/run-host/rows/faults.ts'
import { runHost } from '../../src/objects/workflow-run.ts'
import { time } from '../chaos/support/time.ts'
import { eventually } from '../helpers/changes.ts'
import { onPurpose } from '../helpers/on-purpose.ts'
import { newTeam } from '../helpers/people.ts'
import { newSpec, runOf } from '../helpers/runs.ts'
import { newWorkflow } from '../helpers/workflows.ts'
import { ring, sqlOf } from './support/poison.ts'

beforeAll(() => time.start())
afterAll(() => time.stop())
afterEach(() => setFaultHook(null))

const WAITING = {
  nodes: [{ id: 'w', type: 'flow.waitForEvent', params: { name: 'go' } }],
  settings: { isolation: 'own' },
}

/** Starts a parent that loses its process before it gets the answer to the start of its child. */
async function lostWhileStarting(child: { isStored: boolean }) {
  const { teamId } = await newTeam()
  const workflowId = await newWorkflow(teamId, WAITING)
  const spec = newSpec({ nodes: [{ id: 'sub', type: 'flow.workflow', params: { workflowId } }] }, { teamId })
  const isHostOf = ({ id }: DurableObjectState, runId: string) => id.equals(runHost(env.RUNS, runId).id)
  let childId = ''
  let isLost = false
  setFaultHook((point, state, args) => {
    if (isLost) return
    if (!isHostOf(state, spec.runId)) {
      if (child.isStored || point !== 'store.create:before' || !isHostOf(state, childId)) return
      throw new Error(onPurpose('dead'))
    }
    if (point === 'store.writeChild:after') childId = (args[1] as { runId: string }).runId
    if (point !== 'effect.take:before') return
    isLost = true
    state.abort(onPurpose('dead'))
    throw new Error(onPurpose('dead'))
  })
  await runOf(spec.runId)
    .start(spec)
    .catch(() => undefined)
  await eventually(() => expect(isLost).toBe(true))
  return { teamId, parentId: spec.runId, childId }
}

test('a child is stopped if its parent is cancelled after it lost its process while starting it', async () => {
  const { parentId, childId } = await lostWhileStarting({ isStored: true })
  await eventually(async () => expect((await runOf(childId).view({}))?.status).toBe('waiting'))
  expect(await runOf(parentId).control('cancel', 'usr_x')).toMatchObject({ ok: true })
  await eventually(async () => expect((await runOf(childId).view({}))?.status).toBe('cancelled'))
})

const stopsOf = (parentId: string) =>
  sqlOf(parentId, (sql) => sql.exec("SELECT attempts FROM outbox WHERE kind = 'cancel_child'").toArray())

test('a child is stopped if its start arrives after the stop', async () => {
  const { parentId, childId, teamId } = await lostWhileStarting({ isStored: false })
  expect(await runOf(parentId).control('cancel', 'usr_x')).toMatchObject({ ok: true })
  await eventually(async () => expect(await stopsOf(parentId)).toEqual([{ attempts: 1 }]))
  const late = newSpec(WAITING, { runId: childId, teamId })
  await runOf(childId).start(late)
  await eventually(async () => {
    await ring(parentId)
    expect((await runOf(childId).view({}))?.status).toBe('cancelled')
  })
})
