// Executing tasks: runs, queues, dependencies, parents.
import { expect, test } from 'vitest'
import { call, get } from '../../helpers/api.ts'
import { eventually } from '../../helpers/changes.ts'
import { newPerson } from '../../helpers/people.ts'
import { newWorkflow } from '../../helpers/workflows.ts'
import { failingSteps, newTask, pureSteps, TASKS, taskOf, untilStatus, verb, waitingSteps } from './tasks.ts'

test('a task with steps runs, and its result is that of the last step', async () => {
  const ada = await newPerson()
  const { id } = await newTask(ada, { input: pureSteps('one', 'two') })
  const done = await verb(ada, id, 'execute', undefined, { prefer: 'wait=10' })
  expect(done.status, done.text).toBe(200)
  expect(done.body).toMatchObject({
    status: 'succeeded',
    progress: 100,
    result: { value: 'two' },
    attempt: 1,
  })
  const run = await get(`/api/v1/runs/${done.body.runId}`, ada)
  expect(run.body).toMatchObject({ kind: 'task', subjectId: id, status: 'succeeded' })
  const steps = await get(`${TASKS}/${id}/steps`, ada)
  expect(steps.body.steps.map((step: any) => [step.id, step.status])).toEqual([
    ['s0', 'succeeded'],
    ['s1', 'succeeded'],
  ])
  expect(steps.body.steps[1].output).toContain('two')
})

test('a task runs a workflow of the team with its input', async () => {
  const ada = await newPerson()
  const workflowId = await newWorkflow(ada.teamId, {
    nodes: [{ id: 'n', type: 'data.set', params: { values: { twice: '{{ input.n * 2 }}' } } }],
    output: '{{ nodes.n }}',
  })
  const { id } = await newTask(ada, { input: { workflowId, input: { n: 21, text: '{{ not.evaluated }}' } } })
  const done = await verb(ada, id, 'execute', undefined, { prefer: 'wait=10' })
  expect(done.body, done.text).toMatchObject({ status: 'succeeded', result: { twice: 42 } })
})

test('a dependant starts automatically when the last of its dependencies has succeeded', async () => {
  const ada = await newPerson()
  const first = await newTask(ada)
  const second = await newTask(ada)
  const last = await newTask(ada, {
    dependsOn: [{ taskId: first.id }, { taskId: second.id }],
    input: { steps: [{ type: 'data.set', params: { values: { seen: '{{ input.dependencies }}' } } }] },
  })
  expect(last.status).toBe('blocked')
  await verb(ada, first.id, 'execute', undefined, { prefer: 'wait=10' })
  expect((await taskOf(ada, last.id)).status).toBe('blocked')
  await verb(ada, second.id, 'execute', undefined, { prefer: 'wait=10' })
  const done = await untilStatus(ada, last.id, 'succeeded')
  expect(done.attempt).toBe(1)
  expect(done.result.seen[first.id]).toMatchObject({ status: 'succeeded', result: { value: 'done' } })
})

test.each([
  ['block', 'blocked'],
  ['skip', 'skipped'],
  ['run', 'succeeded'],
])('with %s a task is %s after a dependency has failed', async (onDependencyFailure, status) => {
  const ada = await newPerson()
  const first = await newTask(ada, { input: failingSteps })
  const next = await newTask(ada, { dependsOn: [{ taskId: first.id }], onDependencyFailure })
  const after = await newTask(ada, { dependsOn: [{ taskId: next.id }], onDependencyFailure: 'skip' })
  const failed = await verb(ada, first.id, 'execute', undefined, { prefer: 'wait=10' })
  expect(failed.body).toMatchObject({ status: 'failed', error: { code: 'test.boom' } })
  if (status === 'blocked') {
    await expect.poll(async () => (await taskOf(ada, next.id)).reason?.code).toBe('dependency_failed')
    const waived = await verb(ada, next.id, 'waive', { taskId: first.id })
    expect(waived.status, waived.text).toBe(200)
    await untilStatus(ada, after.id, 'succeeded')
  } else {
    await untilStatus(ada, next.id, status)
    await untilStatus(ada, after.id, status === 'skipped' ? 'skipped' : 'succeeded')
  }
})

test('a retry keeps successful outcomes and releases dependants', async () => {
  const ada = await newPerson()
  const first = await newTask(ada, { input: failingSteps })
  const next = await newTask(ada, { dependsOn: [{ taskId: first.id }] })
  await verb(ada, first.id, 'execute', undefined, { prefer: 'wait=10' })
  const again = await verb(ada, first.id, 'retry')
  expect(again.status, again.text).toBeLessThan(300)
  const failed = await untilStatus(ada, first.id, 'failed')
  expect(failed.attempt).toBe(2)
  const anew = await verb(ada, first.id, 'retry', { input: pureSteps('well') })
  expect(anew.status, anew.text).toBeLessThan(300)
  expect((await untilStatus(ada, first.id, 'succeeded')).result).toEqual({ value: 'well' })
  await untilStatus(ada, next.id, 'succeeded')
})

test('a list says what a waiting task waits for, and what tasks depend on if it is asked', async () => {
  const [ada, bob] = [await newPerson(), await newPerson()]
  const steps = [
    { id: 'hold', type: 'flow.wait', params: { durationMs: 3_600_000 } },
    { id: 'ask', type: 'flow.approval', params: { title: 'Go on?' }, after: [] },
  ]
  const { id } = await newTask(ada, { input: { steps }, autoStart: true })
  const next = await newTask(ada, { dependsOn: [{ taskId: id, on: 'end' }] })
  await newTask(bob, { title: 'Of another team' })
  await untilStatus(ada, id, 'waiting')
  const listed = async (query: string) => (await get(`${TASKS}?sort=created${query}`, ada)).body.items
  // The approval comes first: it needs a person.
  await eventually(async () => expect((await listed(''))[0].reason?.code).toBe('approval'))
  expect((await listed('')).map((row: any) => [row.id, row.dependsOn])).toEqual([
    [id, undefined],
    [next.id, undefined],
  ])
  const [first, second] = await listed('&include=dependencies')
  expect(first.dependsOn).toEqual([])
  expect(second.dependsOn).toEqual([{ taskId: id, on: 'end', status: 'waiting', waived: false }])
  expect((await taskOf(ada, id)).reason?.code).toBe('approval')
  await verb(ada, id, 'cancel')
})

test('a task is paused, resumed and cancelled', async () => {
  const ada = await newPerson()
  const { id } = await newTask(ada, { input: waitingSteps })
  const started = await verb(ada, id, 'execute')
  expect(started.status, started.text).toBe(202)
  await untilStatus(ada, id, 'waiting')
  expect((await verb(ada, id, 'execute')).status).toBe(409)
  expect((await call('DELETE', `${TASKS}/${id}`, { as: ada })).status).toBe(409)
  expect((await verb(ada, id, 'pause')).body.status).toBe('paused')
  expect((await verb(ada, id, 'resume')).body.status).toBe('waiting')
  const cancelled = await verb(ada, id, 'cancel')
  expect(cancelled.status, cancelled.text).toBe(200)
  expect(cancelled.body.status).toBe('cancelled')
  expect((await verb(ada, id, 'cancel')).status).toBe(409)
})

test('cycles are refused with their path, also across parents', async () => {
  const ada = await newPerson()
  const a = await newTask(ada)
  const b = await newTask(ada, { dependsOn: [{ taskId: a.id }] })
  const cyclic = await call('PATCH', `${TASKS}/${a.id}`, { as: ada, body: { dependsOn: [{ taskId: b.id }] } })
  expect(cyclic.status, cyclic.text).toBe(422)
  expect(cyclic.body.errors[0]).toMatchObject({ code: 'task.cycle' })
  expect(cyclic.body.errors[0].message).toContain(`${a.id}`)
  const parent = await newTask(ada)
  const child = await call('POST', TASKS, {
    as: ada,
    body: { title: 'c', type: 'custom', parentId: parent.id, dependsOn: [{ taskId: parent.id }] },
  })
  expect(child.status, child.text).toBe(422)
  const self = await call('PATCH', `${TASKS}/${a.id}`, { as: ada, body: { dependsOn: [{ taskId: a.id }] } })
  expect(self.status).toBe(422)
  const sub = await newTask(ada, { parentId: parent.id })
  await call('PATCH', `${TASKS}/${parent.id}`, { as: ada, body: { dependsOn: [{ taskId: b.id }] } })
  const across = await call('PATCH', `${TASKS}/${a.id}`, {
    as: ada,
    body: { dependsOn: [{ taskId: sub.id }] },
  })
  expect(across.status, across.text).toBe(422)
})

test('a parent is derived from its subtasks by weight', async () => {
  const ada = await newPerson()
  const parent = await newTask(ada, { input: {} })
  const heavy = await newTask(ada, { parentId: parent.id, weight: 3 })
  const light = await newTask(ada, { parentId: parent.id, input: failingSteps })
  await verb(ada, heavy.id, 'execute', undefined, { prefer: 'wait=10' })
  await expect.poll(async () => (await taskOf(ada, parent.id)).progress).toBe(75)
  await verb(ada, parent.id, 'execute')
  await untilStatus(ada, light.id, 'failed')
  const done = await untilStatus(ada, parent.id, 'failed')
  expect(done).toMatchObject({ progress: 100, children: 2 })
})
