// What is shown of a run hides what its name says is secret; what the run works with stays whole.
import { expect, inject, test } from 'vitest'
import { hideSecrets } from '../../durable-objects/workflow-run/redaction.ts'
import { newSpec, runOf } from '../helpers/runs.ts'

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
])('the field %s that holds %j is shown as %j', (name, value, shown) => {
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
  const answer = await run.start(spec, { waitMs: 10_000 })
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
  // What the workflow itself gives as its output is its own choice.
  expect(events.at(-1)).toMatchObject({ type: 'run.succeeded', output: { password: 'sesame' } })
})
