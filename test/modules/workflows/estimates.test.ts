// The dry run shows which model a node would ask, and about how much that uses.
import { expect, test } from 'vitest'
import { call } from '../../helpers/api.ts'
import { newPerson } from '../../helpers/people.ts'
import { newWorkflow } from '../../helpers/workflows.ts'

const nodes = [
  { id: 'ask', type: 'ai.generate', params: { prompt: 'Say hello to {{ input.name }}' } },
  {
    id: 'agent',
    type: 'ai.agent',
    params: { agent: { tools: ['date'], limits: { steps: 3 } }, prompt: 'What day is it?' },
  },
  { id: 'later', type: 'ai.generate', params: { prompt: '{{ nodes.ask.text }}' } },
  {
    id: 'paid',
    type: 'ai.extract',
    params: { text: 'x', schema: { type: 'object' }, models: [{ provider: 'ollama', model: 'm' }] },
  },
]

test('each node with a known prompt has its model, tokens and cost; others have none', async () => {
  const person = await newPerson()
  const id = await newWorkflow(person.teamId, { nodes, edges: [{ from: 'ask', to: 'later' }] })
  const { body } = await call('POST', `/api/v1/workflows/${id}/plan`, {
    as: person,
    body: { input: { name: 'Ada' } },
  })
  const [ask, agent, later, paid] = ['ask', 'agent', 'later', 'paid'].map((one) =>
    body.nodes.find((node: { id: string }) => node.id === one),
  )
  expect(ask.estimate).toMatchObject({ provider: 'offline', model: 'rules-1', costUsd: { low: 0, high: 0 } })
  expect(ask.estimate.inputTokens.low).toBeGreaterThan(3)
  expect(ask.estimate.inputTokens.high).toBe(ask.estimate.inputTokens.low)
  expect(agent.estimate.inputTokens.high).toBeGreaterThan(agent.estimate.inputTokens.low)
  expect(later.estimate).toBeUndefined()
  expect(paid.estimate).toMatchObject({ provider: 'ollama', costUsd: null })
})
