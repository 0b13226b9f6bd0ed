// Secrets are hidden in what is shown of a run by their names. The data that the run works with does not change.
import { env } from 'cloudflare:workers'
import { expect, inject, test } from 'vitest'
import { hideSecrets } from '../../durable-objects/run-host/show/redaction.ts'
import { call, post } from '../helpers/api.ts'
import { newPerson } from '../helpers/people.ts'
import { newSpec, reported, runOf } from '../helpers/runs.ts'
import { newWorkflow } from '../helpers/workflows.ts'

test.each([
  ['authorization', 'x', '[redacted]'],
  ['Set-Cookie', ['a', 'b'], '[redacted]'],
  ['X-Api-Key', 'x', '[redacted]'],
  ['clientSecret', 'x', '[redacted]'],
  ['access_token', 'x', '[redacted]'],
  ['dbPassword', 1234, '[redacted]'],
  ['inputTokens', 12, 12],
  ['hasPassword', true, true],
  ['passenger', 'Ann', 'Ann'],
  ['tokenizer', 'bpe', 'bpe'],
])('the field %s with %j is shown as %j', (name, value, shown) => {
  expect(hideSecrets({ deep: [{ [name]: value }] })).toEqual({ deep: [{ [name]: shown }] })
  const rest = { name, value: 'x' }
  expect(hideSecrets(rest).value).toBe(
    shown === '[redacted]' || name === 'inputTokens' || name === 'hasPassword' ? '[redacted]' : 'x',
  )
})

test('node views, events and frames hide secrets that the nodes themselves see', async () => {
  const spec = newSpec(
    {
      nodes: [
        {
          id: 'call',
          type: 'http.request',
          params: {
            url: `${inject('httpTarget')}/echo`,
            method: 'POST',
            headers: { authorization: 'Bearer {{ input }}' },
            body: { password: '{{ input }}', note: 'plain' },
          },
        },
        {
          id: 'seen',
          type: 'data.set',
          params: { values: { got: '{{ nodes.call.body.headers.authorization }}' } },
        },
      ],
      edges: [{ from: 'call', to: 'seen' }],
      output: { got: '{{ nodes.seen.got }}', password: '{{ input }}' },
    },
    { input: 'sesame' },
  )
  const run = runOf(spec.runId)
  const answer = await run.start(spec, { waitMs: 60_000 })
  expect(answer).toMatchObject({ ok: true, run: { output: { got: 'Bearer sesame', password: 'sesame' } } })
  const node = await run.node('call')
  expect(node?.input).toMatchObject({
    headers: { authorization: '[redacted]' },
    body: { password: '[redacted]', note: 'plain' },
  })
  expect(JSON.stringify(node)).not.toContain('Bearer')
  const events = (await run.events(0, 100))?.events as { type: string; path?: string; output?: unknown }[]
  const succeeded = events.find(({ type, path }) => type === 'node.succeeded' && path === 'call')
  expect(JSON.stringify(succeeded)).toContain('plain')
  expect(JSON.stringify(succeeded)).not.toContain('Bearer')
  const stream = await (await run.fetch('https://run/?afterSeq=0')).text()
  expect(
    stream.split('\n\n').find((frame) => frame.includes('"path":"call"') && frame.includes('output')),
  ).not.toContain('Bearer')
  // The workflow itself chooses its output.
  expect(events.at(-1)).toMatchObject({ type: 'run.succeeded', output: { password: 'sesame' } })
})

const KEY = 'sk_live_4242-abcdef'
const VARS = { stripeApiKey: KEY, mail: { password: 'hunter2-hunter2', host: 'smtp.example' } }

/** Everything that is shown of a run, as one text. */
async function allShown(runId: string): Promise<string> {
  const run = runOf(runId)
  const nodes = (await run.nodes({ limit: 100 }))?.nodes ?? []
  const details = await Promise.all(nodes.map(({ path }) => run.node(path)))
  const views = [await run.view({ nodes: true, output: true }), await run.events(0, 500), nodes, details]
  const { body } = await run.fetch(new Request('http://run/?afterSeq=0'))
  const stream = await new Response(body).text()
  const row = await env.DB.prepare('SELECT * FROM runs WHERE id = ?').bind(runId).first()
  return JSON.stringify([views, stream, row])
}

test('values of variables with secret names are hidden in texts, wherever a run shows them', async () => {
  const spec = newSpec(
    {
      settings: { title: 'With {{ vars.stripeApiKey }}' },
      nodes: [
        {
          id: 'url',
          type: 'data.set',
          params: { values: { to: 'https://x.example/?k={{ vars.stripeApiKey }}' } },
        },
        {
          id: 'mail',
          type: 'data.set',
          params: { values: { to: 'smtp://me:{{ vars.mail.password }}@{{ vars.mail.host }}' } },
        },
        {
          id: 'no',
          type: 'flow.fail',
          params: { message: 'refused: {{ nodes.url.to }} {{ nodes.mail.to }}' },
        },
      ],
      edges: [
        { from: 'url', to: 'mail' },
        { from: 'mail', to: 'no' },
      ],
    },
    { vars: VARS, input: { note: `my key is ${KEY}` } },
  )
  const run = runOf(spec.runId)
  const answer = await run.start(spec, { waitMs: 60_000 })
  expect(JSON.stringify(answer)).not.toContain(KEY)
  const shown = await allShown(spec.runId)
  expect(shown).toContain('smtp://me:[redacted]@smtp.example')
  expect(shown).toContain('https://x.example/?k=[redacted]')
  expect(shown).toContain('my key is [redacted]')
  for (const secret of [KEY, 'hunter2']) expect(shown).not.toContain(secret)
})

test('an approval shows no secret of a variable, and a run without secrets is not changed', async () => {
  const ask = { id: 'ask', type: 'flow.approval', params: { title: 'Use {{ vars.stripeApiKey }}?' } }
  const spec = newSpec({ nodes: [ask] }, { vars: VARS })
  const run = runOf(spec.runId)
  await run.start(spec)
  await run.report()
  const row = await env.DB.prepare('SELECT title FROM approvals WHERE run_id = ?').bind(spec.runId).first()
  expect(row).toEqual({ title: 'Use [redacted]?' })
  expect(JSON.stringify(await run.view({}))).not.toContain(KEY)
  const plain = newSpec({ nodes: [ask] }, { vars: { stripeApiKey: 'short', key: KEY } })
  await runOf(plain.runId).start(plain)
  expect(JSON.stringify(await runOf(plain.runId).view({}))).toContain('Use short?')
})

test('a parent gets the output of its sub-workflow, secret or not', async () => {
  const { teamId, ...person } = await newPerson()
  const caller = { ...person, teamId }
  await call('PUT', '/api/v1/workflows/variables/apiToken', { as: caller, body: { value: KEY } })
  const quick = await newWorkflow(teamId, {
    nodes: [{ id: 'a', type: 'data.set', params: { values: { key: '{{ vars.apiToken }}' } } }],
  })
  const slow = await newWorkflow(teamId, {
    nodes: [
      { id: 'w', type: 'flow.wait', params: { durationMs: 50 } },
      { id: 'a', type: 'data.set', params: { values: { key: '{{ vars.apiToken }}' } } },
    ],
    edges: [{ from: 'w', to: 'a' }],
  })
  for (const workflowId of [quick, slow]) {
    const parent = await newWorkflow(teamId, {
      nodes: [
        { id: 'sub', type: 'flow.workflow', params: { workflowId } },
        { id: 'is', type: 'data.set', params: { values: { same: '{{ nodes.sub.key === vars.apiToken }}' } } },
        { id: 'got', type: 'data.set', params: { values: { text: 'got {{ nodes.sub.key }}' } } },
      ],
      edges: [
        { from: 'sub', to: 'is' },
        { from: 'is', to: 'got' },
      ],
      output: { is: '{{ nodes.is.same }}', got: '{{ nodes.got.text }}' },
    })
    const run = await post(`/api/v1/workflows/${parent}/execute`, caller, {}, { prefer: 'wait=10' })
    expect(run.body.output).toEqual({ is: true, got: 'got [redacted]' })
  }
})

test('the list of runs hides secrets in tags and metadata, like the run itself', async () => {
  const { teamId, ...person } = await newPerson()
  const caller = { ...person, teamId }
  await call('PUT', '/api/v1/workflows/variables/apiToken', { as: caller, body: { value: KEY } })
  const workflowId = await newWorkflow(teamId, { nodes: [{ id: 'a', type: 'flow.noop' }] })
  const body = { tags: [`for ${KEY}`.slice(0, 60)], metadata: { note: `uses ${KEY}` } }
  const started = await call('POST', `/api/v1/workflows/${workflowId}/execute`, { as: caller, body })
  expect(started.status).toBeLessThan(300)
  await reported(started.body.id)
  const list = await call('GET', '/api/v1/workflows/executions', { as: caller })
  expect(list.body.items).toMatchObject([{ id: started.body.id, metadata: { note: 'uses [redacted]' } }])
  expect(list.text).not.toContain(KEY)
})
