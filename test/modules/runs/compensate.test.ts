// Following runs know what a compensation has undone.
import { expect, inject, test } from 'vitest'
import type { RunView } from '../../../src/objects/workflow-run.ts'
import { get, post } from '../../helpers/api.ts'
import { eventually } from '../../helpers/changes.ts'
import { newPerson } from '../../helpers/people.ts'
import { type Definition, newSpec, runOf, untilWaiting } from '../../helpers/runs.ts'
import { newWorkflow } from '../../helpers/workflows.ts'

const RUNS = '/api/v1/workflows/executions'
type Person = Awaited<ReturnType<typeof newPerson>>

const urlOf = (name: string, query = '') => `${inject('httpTarget')}/flaky/${name}${query}`
const keysAt = async (name: string): Promise<string[]> =>
  ((await (await fetch(`${inject('httpTarget')}/seen/${name}`)).json()) as { key: string }[]).map(
    ({ key }) => key,
  )
const call = (id: string, name: string, more: Record<string, unknown> = {}) => ({
  id,
  type: 'http.request',
  params: { method: 'POST', url: urlOf(`${name}-${id}`) },
  ...more,
})
const atEnd = async (runId: string): Promise<RunView> => {
  const view = await runOf(runId).view({ output: true, nodes: true }, 60_000)
  if (view === null) throw new Error('The run does not exist')
  return view
}

/** Reserves and can release it, then waits for a signal before it ships. */
const order = (name: string): Definition => ({
  nodes: [
    call('reserve', name, { undo: 'release' }),
    call('release', name),
    { id: 'word', type: 'flow.waitForEvent', params: { name: 'go' } },
    call('ship', name),
  ],
  edges: [
    { from: 'reserve', to: 'word' },
    { from: 'word', to: 'ship' },
  ],
})

async function cancelled(person: Person, definition: Definition): Promise<string> {
  const spec = newSpec(definition, { teamId: person.teamId })
  await runOf(spec.runId).start(spec)
  await untilWaiting(spec.runId)
  await runOf(spec.runId).control('cancel', 'me')
  return spec.runId
}

const compensate = async (person: Person, runId: string) => {
  const answer = await post(`${RUNS}/${runId}/compensate`, person, undefined)
  if (answer.body.id !== undefined) await atEnd(answer.body.id)
  return answer
}

test('a retry after a compensation reserves again before it ships, with a new key', async () => {
  const name = crypto.randomUUID()
  const person = await newPerson()
  const runId = await cancelled(person, order(name))
  await compensate(person, runId)
  const retry = await post(`${RUNS}/${runId}/retry`, person, undefined)
  await eventually(async () => expect(await keysAt(`${name}-reserve`)).toHaveLength(2))
  await untilWaiting(retry.body.id)
  await runOf(retry.body.id).signal({ name: 'go', data: null, by: 'me' })
  expect(await atEnd(retry.body.id)).toMatchObject({ status: 'succeeded' })
  expect(await keysAt(`${name}-reserve`)).toEqual([`${runId}:reserve`, `${runId}:reserve@1`])
  expect([await keysAt(`${name}-release`), await keysAt(`${name}-ship`)]).toEqual([
    [`${runId}:reserve!undo`],
    [`${runId}:ship`],
  ])
  await compensate(person, retry.body.id)
  expect(await keysAt(`${name}-release`)).toEqual([`${runId}:reserve!undo`, `${runId}:reserve!undo@1`])
})

test('a rerun from the middle does not use undone outcomes, even if another rerun had kept them', async () => {
  const name = crypto.randomUUID()
  const person = await newPerson()
  const runId = await cancelled(person, order(name))
  const kept = await post(`${RUNS}/${runId}/rerun`, person, { from: 'word' })
  await runOf(kept.body.id).control('cancel', 'me')
  expect(await keysAt(`${name}-reserve`)).toHaveLength(1)
  await compensate(person, runId)
  for (const [id, count] of [
    [runId, 2],
    [kept.body.id, 3],
  ] as const) {
    await post(`${RUNS}/${id}/rerun`, person, { from: 'ship' })
    await eventually(async () => expect(await keysAt(`${name}-reserve`)).toHaveLength(count))
  }
})

test('a second compensation is refused with the id of the first, and so is one of a retried run', async () => {
  const name = crypto.randomUUID()
  const person = await newPerson()
  const runId = await cancelled(person, order(name))
  const answers = await Promise.all([1, 2].map(() => compensate(person, runId)))
  const [first, second] = answers.sort((a, b) => a.status - b.status)
  expect({ status: second?.status, ...second?.body }).toMatchObject({
    status: 409,
    code: 'run.compensated',
    runId: first?.body.id,
    detail: expect.stringContaining(first?.body.id),
  })
  expect((await get(`${RUNS}/${runId}`, person)).body).toMatchObject({ compensatedBy: first?.body.id })
  expect(await keysAt(`${name}-release`)).toHaveLength(1)
  const other = await cancelled(person, order(crypto.randomUUID()))
  const retry = await post(`${RUNS}/${other}/retry`, person, undefined)
  expect((await compensate(person, other)).body).toMatchObject({ code: 'run.retried', runId: retry.body.id })
})

test('during a compensation nothing uses the outcomes that it undoes', async () => {
  const name = crypto.randomUUID()
  const person = await newPerson()
  const definition = order(name)
  definition.nodes[1] = {
    ...call('release', name),
    params: { method: 'POST', url: urlOf(name).replace('flaky', 'hang') },
  }
  const runId = await cancelled(person, definition)
  const compensation = await post(`${RUNS}/${runId}/compensate`, person, undefined)
  const refused = await post(`${RUNS}/${runId}/retry`, person, undefined)
  expect([refused.status, refused.body.detail]).toEqual([409, expect.stringContaining(compensation.body.id)])
  await runOf(compensation.body.id).control('cancel', 'me')
  expect((await post(`${RUNS}/${runId}/retry`, person, undefined)).status).toBe(202)
})

test('a failed compensation is retried: it undoes the rest, and repeats nothing', async () => {
  const name = crypto.randomUUID()
  const person = await newPerson()
  const definition = order(name)
  const url = urlOf(`${name}-release`, '?failures=1&how=400')
  definition.nodes[1] = { id: 'release', type: 'http.request', params: { method: 'POST', url } }
  const runId = await cancelled(person, definition)
  const first = await compensate(person, runId)
  expect(await atEnd(first.body.id)).toMatchObject({ status: 'failed' })
  const retry = await post(`${RUNS}/${first.body.id}/retry`, person, undefined)
  expect(await atEnd(retry.body.id)).toMatchObject({ status: 'succeeded' })
  expect(await keysAt(`${name}-release`)).toEqual(Array(2).fill(`${runId}:reserve!undo`))
  expect([await keysAt(`${name}-reserve`), await keysAt(`${name}-ship`)]).toEqual([[`${runId}:reserve`], []])
  for (const verb of ['rerun', 'compensate'])
    expect((await post(`${RUNS}/${first.body.id}/${verb}`, person, undefined)).status).toBe(409)
})

test('what a deleted compensation has undone stays known', async () => {
  const name = crypto.randomUUID()
  const person = await newPerson()
  const runId = await cancelled(person, order(name))
  const { body } = await compensate(person, runId)
  await post(`${RUNS}/bulk/delete`, person, { ids: [body.id] })
  expect((await compensate(person, runId)).body).toMatchObject({ code: 'run.compensated', runId: body.id })
  await post(`${RUNS}/${runId}/retry`, person, undefined)
  await eventually(async () => expect(await keysAt(`${name}-reserve`)).toHaveLength(2))
})

test('effects of sub-workflows are undone as well, in order, at any depth; detached ones are listed', async () => {
  const name = crypto.randomUUID()
  const person = await newPerson()
  const inner = await newWorkflow(person.teamId, {
    nodes: [call('inner', name, { undo: 'undoInner' }), call('undoInner', name)],
  })
  const middle = await newWorkflow(person.teamId, {
    nodes: [
      { id: 'deep', type: 'flow.workflow', params: { workflowId: inner } },
      call('middle', name, { undo: 'undoMiddle' }),
      call('undoMiddle', name),
    ],
    edges: [{ from: 'deep', to: 'middle' }],
  })
  const spec = newSpec(
    {
      nodes: [
        { id: 'sub', type: 'flow.workflow', params: { workflowId: middle } },
        { id: 'free', type: 'flow.workflow', params: { workflowId: inner, wait: false } },
        {
          id: 'none',
          type: 'flow.workflow',
          params: {
            workflowId: await newWorkflow(person.teamId, { nodes: [{ id: 'n', type: 'flow.noop' }] }),
          },
        },
      ],
    },
    { teamId: person.teamId },
  )
  await runOf(spec.runId).start(spec)
  expect(await atEnd(spec.runId)).toMatchObject({ status: 'succeeded' })
  const free = (await runOf(spec.runId).node('free'))?.output as { runId: string }
  const answer = await compensate(person, spec.runId)
  expect(answer.body).toMatchObject({ trigger: { type: 'compensate', detached: [free.runId] } })
  const ended = await atEnd(answer.body.id)
  expect(ended).toMatchObject({ status: 'succeeded' })
  expect(ended.nodes?.map(({ path, status }) => [path, status])).toEqual(
    expect.arrayContaining([
      ['sub!undo', 'succeeded'],
      ['none!undo', 'succeeded'],
    ]),
  )
  expect([(await keysAt(`${name}-undoMiddle`)).length, (await keysAt(`${name}-undoInner`)).length]).toEqual([
    1, 1,
  ])
})

test('a sub-workflow that cannot be undone fails the compensation, whose retry tries it again', async () => {
  const name = crypto.randomUUID()
  const person = await newPerson()
  const child = await newWorkflow(person.teamId, {
    nodes: [
      call('do', name, { undo: 'back' }),
      {
        id: 'back',
        type: 'http.request',
        params: { method: 'POST', url: urlOf(`${name}-back`, '?failures=1&how=400') },
      },
    ],
  })
  const spec = newSpec(
    { nodes: [{ id: 'sub', type: 'flow.workflow', params: { workflowId: child } }] },
    { teamId: person.teamId },
  )
  await runOf(spec.runId).start(spec)
  await atEnd(spec.runId)
  const first = await compensate(person, spec.runId)
  expect(await atEnd(first.body.id)).toMatchObject({ status: 'failed' })
  const retry = await post(`${RUNS}/${first.body.id}/retry`, person, undefined)
  expect(await atEnd(retry.body.id)).toMatchObject({ status: 'succeeded' })
  expect(await keysAt(`${name}-back`)).toHaveLength(2)
})

test('a sub-workflow that a person has compensated is not undone a second time', async () => {
  const name = crypto.randomUUID()
  const person = await newPerson()
  const child = await newWorkflow(person.teamId, {
    nodes: [call('do', name, { undo: 'back' }), call('back', name)],
  })
  const spec = newSpec(
    {
      nodes: [
        { id: 'sub', type: 'flow.workflow', params: { workflowId: child } },
        { id: 'fail', type: 'flow.fail', params: { message: 'no' } },
      ],
      edges: [{ from: 'sub', to: 'fail' }],
    },
    { teamId: person.teamId },
  )
  await runOf(spec.runId).start(spec)
  await atEnd(spec.runId)
  const list = await eventually(async () => {
    const { body } = await get(`${RUNS}?parentRunId=${spec.runId}`, person)
    expect(body.items).toHaveLength(1)
    return body
  })
  await compensate(person, list.items[0].id)
  const answer = await compensate(person, spec.runId)
  expect(await atEnd(answer.body.id)).toMatchObject({ status: 'succeeded' })
  expect(await keysAt(`${name}-back`)).toHaveLength(1)
})
