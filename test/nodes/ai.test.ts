// Nodes that call models, with the offline model: every call is a step of the run.
import { expect, test } from 'vitest'
import { finished, MAX_WAIT_MS, parked, runOf, start, untilWaiting } from '../helpers/runs.ts'

const one = (type: string, params: Record<string, unknown>, more: Record<string, unknown> = {}) => ({
  nodes: [{ id: 'it', type, params, ...more }],
})

const pathsOf = async (runId: string) => {
  const { nodes = [] } = (await runOf(runId).nodes({ limit: 1_000 })) ?? {}
  return nodes.map(({ path, status }) => `${path} ${status}`)
}

test('ai.generate asks the offline model, which says that it is offline', async () => {
  const run = await finished(
    one('ai.generate', { prompt: 'Summarise: Ada wrote a program. It was the first one.' }),
  )
  expect(run).toMatchObject({ status: 'succeeded', output: { finishReason: 'stop' } })
  expect(run.output).toMatchObject({ model: { provider: 'offline', isOffline: true } })
  expect(await pathsOf(run.id)).toEqual([
    'it succeeded',
    'it.begin succeeded',
    'it.end succeeded',
    'it.ladder succeeded',
    'it.model succeeded',
  ])
  expect(run.cost.inputTokens).toBeGreaterThan(0)
  expect(run.cost.usd).toBe(0)
})

test('each model that was tried is a step', async () => {
  const models = [
    { provider: 'openai', model: 'y' },
    { provider: 'offline', model: 'offline' },
  ]
  const run = await finished(one('ai.generate', { prompt: 'Hi', models }))
  expect(run.status).toBe('succeeded')
  expect(await pathsOf(run.id)).toContain('it.model~2 succeeded')
})

test('if no model answers, the error has a reason for each', async () => {
  const models = [
    { provider: 'openai', model: 'a' },
    { provider: 'anthropic', model: 'b' },
  ]
  const run = await finished(one('ai.generate', { prompt: 'Hi', models }))
  expect(run).toMatchObject({
    status: 'failed',
    error: {
      code: 'model.all_failed',
      details: { attempts: [{ provider: 'openai', reason: 'not_configured' }, { provider: 'anthropic' }] },
    },
  })
})

test('ai.extract returns a valid object, and ai.classify continues at the port of its label', async () => {
  const schema = { type: 'object', properties: { email: { type: 'string' } }, required: ['email'] }
  const run = await finished(one('ai.extract', { text: 'Write to ada@example.com', schema }))
  expect(run).toMatchObject({ status: 'succeeded', output: { email: 'ada@example.com' } })
  const classified = await finished({
    nodes: [
      {
        id: 'it',
        type: 'ai.classify',
        params: { text: 'A refund please, I want my money back', labels: ['refund', 'praise'] },
      },
      { id: 'yes', type: 'flow.noop' },
      { id: 'no', type: 'flow.noop' },
    ],
    edges: [
      { from: 'it', to: 'yes', port: 'refund' },
      { from: 'it', to: 'no', port: 'praise' },
    ],
  })
  const paths = await pathsOf(classified.id)
  expect(paths).toContain('yes succeeded')
  expect(paths).toContain('no skipped')
})

test('parameters see the scope of the outer node, also if nodes of the workflow have the names of inner ones', async () => {
  const run = await finished({
    nodes: [
      { id: 'model', type: 'data.set', params: { values: { text: 'Summarise: The first. The second.' } } },
      {
        id: 'it',
        type: 'ai.generate',
        params: { prompt: '{{ nodes.model.text }}', system: '{{ prev.text }}' },
      },
    ],
    edges: [{ from: 'model', to: 'it' }],
  })
  expect(run.status).toBe('succeeded')
  expect(JSON.stringify(run.output)).toContain('first')
})

test('with each, every item is asked separately', async () => {
  const run = await finished(
    one('ai.generate', { prompt: 'Item {{ item }}' }, { each: { items: [1, 2, 3] } }),
  )
  expect(run.output).toHaveLength(3)
  expect(await pathsOf(run.id)).toContain('it:2.model succeeded')
})

test('an agent calls tools in parallel, each a step, and returns its result', async () => {
  const run = await finished(
    one('ai.agent', {
      agent: { name: 'Counter', tools: ['calculator', 'date'] },
      prompt: 'Use calculator with 12 * 12 and date, then answer',
    }),
  )
  expect(run).toMatchObject({ status: 'succeeded', output: { finishReason: 'stop', steps: 2, toolCalls: 2 } })
  const paths = await pathsOf(run.id)
  expect(paths).toContain('it.model~2 succeeded')
  expect(paths).toContain('it.tool:0.call succeeded')
  expect(paths).toContain('it.tool:1.call succeeded')
  const outer = await runOf(run.id).node('it')
  expect(outer?.cost?.inputTokens).toBe(run.cost.inputTokens)
})

test('a mock of the model is its last answer', async () => {
  const answer = {
    kind: 'answer',
    text: 'Mocked',
    messages: [],
    rung: 0,
    usage: null,
    costUsd: null,
    calls: [],
  }
  const run = await start(one('ai.agent', { agent: { tools: ['date'] }, prompt: 'x' }), {
    mocks: { 'it.model': { output: { ...answer, finishReason: 'stop' } } },
  })
  expect(run).toMatchObject({ status: 'succeeded', output: { text: 'Mocked', steps: 1 } })
})

test('a mock replaces the whole agent', async () => {
  const run = await start(one('ai.agent', { agent: {}, prompt: 'x' }), {
    mocks: { it: { output: { text: 'mocked' } } },
  })
  expect(run).toMatchObject({ status: 'succeeded', output: { text: 'mocked' } })
  expect(await pathsOf(run.id)).toEqual(['it succeeded'])
})

test('a limit of steps ends with the result so far, or parks the run for people', async () => {
  const params = {
    agent: { tools: ['calculator'], limits: { steps: 1 } },
    prompt: 'Use calculator with 1 + 1, then use calculator with 2 + 2',
  }
  const ended = await finished(one('ai.agent', params))
  expect(ended).toMatchObject({ status: 'succeeded', output: { finishReason: 'steps', steps: 1 } })
  const stopped = await parked(one('ai.agent', { ...params, onLimit: 'park' }))
  expect(stopped).toMatchObject({ status: 'waiting', waitingFor: [{ path: 'it.limit~2', kind: 'approval' }] })
  const approvalId = String(stopped.waitingFor[0]?.name)
  const decide = { approvalId, by: 'usr_other', comment: null, data: null, isStarter: false } as const
  await runOf(stopped.id).decide({ ...decide, decision: 'approve' })
  const again = await untilWaiting(stopped.id, 'it.limit~4')
  // It has completed one more step, and waits again.
  expect(again.waitingFor).toMatchObject([{ path: 'it.limit~4' }])
  await runOf(stopped.id).decide({
    ...decide,
    approvalId: String(again.waitingFor[0]?.name),
    decision: 'reject',
  })
  expect(await runOf(stopped.id).view({}, MAX_WAIT_MS)).toMatchObject({
    status: 'succeeded',
    output: { finishReason: 'steps', steps: 2 },
  })
})

test('with the policy ask a call waits for consent while the others run, and the model gets a refusal', async () => {
  const params = {
    agent: { name: 'Writer', tools: ['date', { name: 'store.set', policy: 'ask' }] },
    prompt: 'Use date and store.set with key "a" and value "b", then answer',
  }
  const run = await parked(one('ai.agent', params))
  expect(run.status).toBe('waiting')
  const [wait] = run.waitingFor
  expect(wait).toMatchObject({ kind: 'approval', detail: { title: 'Let Writer use store.set?' } })
  expect(await pathsOf(run.id)).toContain('it.tool:0.call succeeded')
  await runOf(run.id).decide({
    approvalId: String(wait?.name),
    by: 'usr_other',
    decision: 'reject',
    comment: 'Not today',
    data: null,
    isStarter: false,
  })
  const ended = await runOf(run.id).view({}, MAX_WAIT_MS)
  expect(ended).toMatchObject({ status: 'succeeded' })
  expect(JSON.stringify(ended?.output)).toContain('Not today')
})
