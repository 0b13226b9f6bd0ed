// Every type with a model that answers by script: the prompt of each step, and that wrong answers are rejected.
import { expect, inject, test } from 'vitest'
import type { Rule, SeenCall } from '../../fakes/model-providers.ts'
import { call, post } from '../../helpers/api.ts'
import { newPerson, type Person } from '../../helpers/people.ts'
import { newIntegration } from '../integrations/integrations.ts'
import { newTask, TASKS, untilStatus, upload } from './tasks.ts'

const base = inject('modelProviders')
let made = 0

type Scripted = { person: Person; models: unknown[]; asked: () => Promise<string[]> }

/** A person with their own model that has these answers. `when` is a part of the prompt. */
async function scripted(rules: Rule[]): Promise<Scripted> {
  const person = await newPerson()
  const model = `rules~${crypto.randomUUID()}-${made++}`
  await fetch(`${base}/rules/${encodeURIComponent(model)}`, { method: 'PUT', body: JSON.stringify(rules) })
  await newIntegration(person, {
    type: 'ai.compatible',
    secrets: { apiKey: 'sk-the-key-of-the-test' },
    config: { baseUrl: `${base}/compatible/v1` },
    allowedHosts: undefined,
  })
  const asked = async () =>
    ((await (await fetch(`${base}/seen/${encodeURIComponent(model)}`)).json()) as SeenCall[]).map(
      ({ body }) => JSON.stringify(body.messages),
    )
  return { person, models: [{ provider: 'openai-compatible', model }], asked }
}

const run = async ({ person, models }: Scripted, type: string, input: object) => {
  const { id } = await newTask(person, { type, input: { ...input, models }, autoStart: true })
  return untilStatus(person, id, 'succeeded', 'failed')
}

test('research: questions, notes of each source, a cross-check and a report that cites only collected sources', async () => {
  const model = await scripted([
    { when: 'Split the question', text: '{"questions":["At sea level?","On a mountain?"]}' },
    {
      when: 'Water boils at 100',
      text: '{"notes":[{"claim":"At 100","quote":"boils at 100"},{"claim":"Invented","quote":"boils at 50"}]}',
    },
    { when: 'On a mountain it boils', text: '{"notes":[{"claim":"At 90","quote":"it boils at 90"}]}' },
    { when: 'contradict each other', text: '{"contradictions":[{"notes":[1,2],"why":"Other heights"}]}' },
    {
      when: 'Answer the question as',
      text: 'At sea level at 100 [1], higher up at 90 [2], in space at once [9].',
    },
  ])
  const task = await run(model, 'research', {
    question: 'When does water boil?',
    depth: 'quick',
    sources: [
      { title: 'Physics', text: 'Water boils at 100 degrees.' },
      { title: 'Cooking', text: 'On a mountain it boils at 90 degrees.' },
    ],
  })
  expect(task.error).toBeNull()
  expect(task.result).toMatchObject({
    questions: ['At sea level?', 'On a mountain?'],
    droppedNotes: 1,
    removedCitations: [9],
    contradictions: [{ notes: [1, 2] }],
    notes: [{ claim: 'At 100' }, { claim: 'At 90' }],
  })
  expect(task.result.report).not.toContain('[9]')
  const asked = await model.asked()
  expect(asked).toHaveLength(5)
  expect(asked[0]).toContain('When does water boil?')
  expect(
    asked.filter((one) => one.includes('word for word')).every((one) => one.includes('At sea level?')),
  ).toBe(true)
  expect(asked.at(-1)).toContain('Other heights')
  expect(asked.at(-1)).not.toContain('Invented')
})

test('codeGeneration: only problems that the check finds are repaired', async () => {
  const file = (content: string) => JSON.stringify({ files: [{ path: 'add.js', content }], summary: 'Adds' })
  const model = await scripted([
    { when: 'Plan the code', text: '{"steps":["Write add"]}' },
    { when: 'Mend the faults', text: file('const add = (a, b) => a + b') },
    { when: 'Write complete files', text: file('const add = (a, b => a + b') },
  ])
  const task = await run(model, 'codeGeneration', { language: 'javascript', spec: 'Add two numbers' })
  expect(task.error).toBeNull()
  expect(task.result).toMatchObject({
    files: [{ path: 'add.js', content: 'const add = (a, b) => a + b' }],
    faults: [],
    plan: ['Write add'],
  })
  const asked = await model.asked()
  expect(asked).toHaveLength(3)
  expect(asked[1]).toContain('Write add')
  expect(asked[2]).toContain('is not closed')
})

test('websiteCreation: each page is requested separately, and scripts are removed', async () => {
  const model = await scripted([
    {
      when: 'Outline a website',
      text: '{"name":"Ada","pages":[{"title":"Home","about":"hello"},{"title":"Bread","about":"loaves"}]}',
    },
    { when: 'loaves', text: '<p>Loaves</p><script>steal()</script><img src="https://e.example/x.png">' },
    { when: 'hello', text: '<p>Hello</p><a href="bread.html">Bread</a>' },
  ])
  const task = await run(model, 'websiteCreation', { brief: 'A bakery in Bonn' })
  expect(task.error).toBeNull()
  expect(task.result.pages).toEqual(['index.html', 'bread.html', 'style.css'])
  const zip = await call('GET', `/api/v1/files/${task.result.file.$file}/content`, { as: model.person })
  expect(zip.text).toContain('Loaves')
  expect(zip.text).not.toMatch(/steal|e\.example/)
  expect(await model.asked()).toHaveLength(3)
})

test('dataAnalysis: the model gets the figures, and an invented number fails the step', async () => {
  for (const [words, status] of [
    ['The mean price is 15.', 'succeeded'],
    ['The mean price is 16.', 'failed'],
  ] as const) {
    const model = await scripted([{ when: 'figures of a table', text: words }])
    const file = await upload(model.person, 'prices.csv', 'price\n10\n20\n')
    const task = await run(model, 'dataAnalysis', { file, question: 'How dear is it?' })
    expect([words, task.status]).toEqual([words, status])
    if (status === 'failed')
      expect(task.error).toMatchObject({
        code: 'text.strange_number',
        message: expect.stringContaining('16'),
      })
    const [asked] = await model.asked()
    expect(asked).toContain('How dear is it?')
    expect(asked).toContain('standardDeviation')
  }
})

test('debugging: the repaired code becomes a diff', async () => {
  const model = await scripted([
    { when: 'Find the cause', text: '{"cause":"A bracket is missing","fixed":"f(1)\\n"}' },
  ])
  const task = await run(model, 'debugging', { code: 'f(1\n', error: 'SyntaxError', name: 'f.js' })
  expect(task.error).toBeNull()
  expect(task.result).toMatchObject({
    cause: 'A bracket is missing',
    diff: expect.stringContaining('-f(1\n+f(1)'),
    reproduced: 'found by the check',
    faultsAfter: [],
  })
  const [asked] = await model.asked()
  expect(asked).toContain('SyntaxError')
  expect(asked).toContain('is not closed')
})

test('documentation: a name that is not in the source fails the task', async () => {
  for (const [words, status] of [
    ['Call `add` with two numbers.', 'succeeded'],
    ['Call `add` or `subtract`.', 'failed'],
  ] as const) {
    const model = await scripted([
      { when: 'Outline documentation', text: '{"pages":[{"title":"Use","about":"add"}]}' },
      { when: 'Write the page', text: words },
    ])
    const task = await run(model, 'documentation', {
      files: [{ path: 'add.js', content: 'function add(a, b) {}' }],
    })
    expect([words, task.status]).toEqual([words, status])
    if (status === 'failed') expect(task.error.message).toContain('subtract')
    expect((await model.asked())[1]).toContain('function add')
  }
})

test('documentation of a workflow of the team describes it as it is when the task is created', async () => {
  const model = await scripted([
    { when: 'Outline documentation', text: '{"pages":[{"title":"Steps","about":"greet"}]}' },
    { when: 'Write the page', text: 'It begins with `greet`.' },
  ])
  const definition = { nodes: [{ id: 'greet', type: 'data.set', params: { values: { hello: 'world' } } }] }
  const workflow = await post('/api/v1/workflows', model.person, { name: 'Greeting', definition })
  const task = await run(model, 'documentation', { workflowId: workflow.body.id })
  expect(task.error).toBeNull()
  expect(task.result.names).toEqual(['greet'])
  expect((await model.asked())[0]).toContain('data.set')
  const other = await newPerson()
  const input = { workflowId: workflow.body.id }
  const refused = await post(TASKS, other, { title: 'x', type: 'documentation', input })
  expect([refused.status, refused.body.errors[0].path]).toEqual([422, '/input/workflowId'])
})

test('the steps contain the cost of their calls', async () => {
  const model = await scripted([{ when: 'Say it', text: 'Hello' }])
  const { id } = await newTask(model.person, {
    input: { capability: 'generateText', parameters: { prompt: 'Say it', models: model.models } },
    autoStart: true,
  })
  await untilStatus(model.person, id, 'succeeded')
  const { steps } = (await call('GET', `${TASKS}/${id}/steps`, { as: model.person })).body
  expect(typeof steps[0].costUsd).toBe('number')
})

test('custom: a capability gets its parameters', async () => {
  const model = await scripted([{ when: 'Say {{ hello }}', text: 'Hello' }])
  const { id } = await newTask(model.person, {
    input: { capability: 'generateText', parameters: { prompt: 'Say {{ hello }}', models: model.models } },
    autoStart: true,
  })
  const task = await untilStatus(model.person, id, 'succeeded', 'failed')
  expect(task.result).toMatchObject({ text: 'Hello' })
})
