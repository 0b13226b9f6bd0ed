// Outputs that are too large for a run become files of it, once, and are deleted with it.
import { env } from 'cloudflare:workers'
import { afterEach, expect, test } from 'vitest'
import { setFaultHook } from '../../durable-objects/run-host/rows/faults.ts'
import type { RunView } from '../../src/objects/workflow-run.ts'
import { call, get, post } from '../helpers/api.ts'
import { eventually } from '../helpers/changes.ts'
import { runJobs } from '../helpers/jobs.ts'
import { onPurpose } from '../helpers/on-purpose.ts'
import { newPerson, type Person } from '../helpers/people.ts'
import { type Definition, ended, newSpec, runOf, start } from '../helpers/runs.ts'
import { newWorkflow } from '../helpers/workflows.ts'
import { FILES, fetchBytes, quotaOf, storedKeys } from '../modules/files/support/files.ts'

afterEach(() => setFaultHook(null))

const MIB = 1024 * 1024
const text = (chars: number): string => 'ä€x'.repeat(Math.ceil(chars / 3)).slice(0, chars)

const run = (person: Person, definition: Definition, input: unknown): Promise<RunView> =>
  start(definition, { teamId: person.teamId, input: input as never }, { waitMs: 20_000 })

/** The reference for a value, whose file contains exactly that value. */
async function requireFile(person: Person, ref: any, value: unknown): Promise<void> {
  const json = JSON.stringify(value)
  expect(ref).toMatchObject({ type: 'application/json', sizeBytes: new TextEncoder().encode(json).length })
  const { bytes } = await fetchBytes(person, `${FILES}/${ref.$file}/content`)
  expect(new TextDecoder().decode(bytes) === json).toBe(true)
}

const twice = (id: string) => ({
  id,
  type: 'data.set',
  params: { values: { a: '{{ input }}', b: '{{ input }}' } },
})

test('a computed output over 8 MB becomes a file, which later nodes see as a reference', async () => {
  const person = await newPerson()
  const input = text(4.5 * MIB)
  const done = await run(
    person,
    {
      nodes: [
        twice('big'),
        { id: 'see', type: 'data.set', params: { values: { size: '{{ nodes.big.sizeBytes }}' } } },
      ],
      edges: [{ from: 'big', to: 'see' }],
      output: { big: '{{ nodes.big }}', see: '{{ nodes.see }}' },
    },
    input,
  )
  expect(done.status).toBe('succeeded')
  const { big, see } = done.output as { big: { $file: string; sizeBytes: number }; see: { size: number } }
  await requireFile(person, big, { a: input, b: input })
  expect(see.size).toBe(big.sizeBytes)
  // No list contains it, and it counts against the plan.
  expect((await get(FILES, person)).body.items).toEqual([])
  expect((await quotaOf(person.teamId)).counted).toBe(big.sizeBytes)
  expect((await call('DELETE', `${FILES}/${big.$file}`, { as: person })).status).toBe(409)
})

test('a node with offload stores more than 256 KB in a file, others do not', async () => {
  const person = await newPerson()
  const input = text(300 * 1024)
  const node = { id: 'it', type: 'data.set', params: { values: { a: '{{ input }}' } } }
  const plain = await run(person, { nodes: [node] }, input)
  expect(plain.output).toEqual({ a: input })
  const asked = await run(person, { nodes: [{ ...node, offload: true }] }, input)
  await requireFile(person, asked.output, { a: input })
  const small = await run(person, { nodes: [{ ...node, offload: true }] }, 'x')
  expect(small.output).toEqual({ a: 'x' })
})

test('large combined outputs of an each, and of a group, become a file', async () => {
  const person = await newPerson()
  const input = text(2.5 * MIB)
  const value = { id: 'it', type: 'data.set', params: { values: { v: '{{ input }}' } } }
  const list = await run(person, { nodes: [{ ...value, each: { items: '{{ [1, 2, 3, 4] }}' } }] }, input)
  await requireFile(
    person,
    list.output,
    [1, 2, 3, 4].map(() => ({ v: input })),
  )
  const group = {
    id: 'g',
    type: 'flow.group',
    params: { body: { nodes: [1, 2, 3, 4].map((n) => ({ ...value, id: `n${n}` })) } },
  }
  const done = await run(person, { nodes: [group] }, input)
  expect(done.output).toMatchObject({ type: 'application/json', name: expect.stringContaining('/g.json') })
})

test('a large output of the run, from its expression or its last nodes, becomes a file', async () => {
  const person = await newPerson()
  const input = text(4.5 * MIB)
  const one = (id: string) => ({ id, type: 'data.set', params: { values: { v: '{{ input }}' } } })
  const together = await run(person, { nodes: [one('a'), one('b')] }, input)
  expect(together.status).toBe('succeeded')
  await requireFile(person, together.output, { a: { v: input }, b: { v: input } })
  const chosen = await run(
    person,
    { nodes: [one('a')], output: { x: '{{ nodes.a.v }}', y: '{{ nodes.a.v }}' } },
    input,
  )
  await requireFile(person, chosen.output, { x: input, y: input })
})

test('a parent sees the reference, and can read the file', async () => {
  const person = await newPerson()
  const child = await newWorkflow(person.teamId, { nodes: [{ ...twice('big'), offload: true }] })
  const parent: Definition = {
    nodes: [
      { id: 'call', type: 'flow.workflow', params: { workflowId: child, input: '{{ input }}' } },
      { id: 'read', type: 'file.read', params: { file: '{{ nodes.call }}' } },
      { id: 'length', type: 'data.set', params: { values: { n: '{{ nodes.read.a.length }}' } } },
    ],
    edges: [
      { from: 'call', to: 'read' },
      { from: 'read', to: 'length' },
    ],
  }
  const done = await run(person, parent, text(200_000))
  expect(done.output).toEqual({ n: 200_000 })
})

test('a run that is killed while it writes a file writes it once', async () => {
  const person = await newPerson()
  let kills = 0
  setFaultHook((point, state) => {
    if (point === 'effect.take:before' && kills++ === 0) state.abort(onPurpose('killed'))
  })
  const input = text(4.5 * MIB)
  const spec = newSpec({ nodes: [twice('big')] }, { teamId: person.teamId, input })
  await runOf(spec.runId)
    .start(spec, { waitMs: 20_000 })
    .catch(() => undefined)
  const done = await eventually(() => ended(spec.runId))
  expect([kills > 1, done.status]).toEqual([true, 'succeeded'])
  await requireFile(person, done.output, { a: input, b: input })
  expect((await storedKeys(person.teamId)).length).toBe(1)
})

test("beyond the plan's storage, the node fails with the reason", async () => {
  const person = await newPerson({ plan: 'free' })
  await env.DB.prepare(
    "INSERT INTO usage_counters (team_id, period, metric, value) VALUES (?, 'now', 'storageBytes', ?)",
  )
    .bind(person.teamId, 1024 ** 3)
    .run()
  const failed = await run(person, { nodes: [twice('big')] }, text(4.5 * MIB))
  expect(failed.error).toMatchObject({ code: 'plan.limit_reached' })
})

test('files of a run are listed with it only, and are deleted with it', async () => {
  const person = await newPerson()
  const path = `/api/v1/workflows/${await newWorkflow(person.teamId, { nodes: [{ ...twice('big'), offload: true }] })}/execute`
  const { body } = await post(path, person, { input: text(200_000) }, { prefer: 'wait=20' })
  expect(body.status).toBe('succeeded')
  expect((await storedKeys(person.teamId)).length).toBe(1)
  const ofRun = (await get(`${FILES}?runId=${body.id}&count=true`, person)).body
  expect([ofRun.total, ofRun.items[0]]).toMatchObject([1, { runId: body.id, uploadedBy: person.userId }])
  expect((await get(`${FILES}?runId=${body.id}`, await newPerson())).body.items).toEqual([])
  expect((await get(FILES, person)).body.items).toEqual([])
  expect((await call('DELETE', `/api/v1/runs/${body.id}`, { as: person })).status).toBeLessThan(300)
  // One job removes the rows and creates another, which removes the objects.
  for (let i = 0; i < 2; i++) await runJobs()
  expect(await quotaOf(person.teamId)).toEqual({ counted: 0, stored: 0, inBucket: 0 })
  expect(await runOf(body.id).view({})).toBeNull()
})
