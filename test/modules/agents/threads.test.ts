// Threads: conversations that agents remember.
import { env } from 'cloudflare:workers'
import { expect, inject, test } from 'vitest'
import { tokensIn } from '../../../src/modules/agent-threads/pure/answer.ts'
import { settleForgotten } from '../../../src/modules/agent-threads/service/sweep.ts'
import { call, get, post } from '../../helpers/api.ts'
import { eventually } from '../../helpers/changes.ts'
import { withContext } from '../../helpers/jobs.ts'
import { newPerson, newTeam, type Person } from '../../helpers/people.ts'
import { upload } from '../files/support/files.ts'
import { newIntegration, newModelServer } from '../integrations/integrations.ts'
import { AGENTS, ASK_KEEPER, KEEPER, newThread, OFFLINE, say, THREADS } from './threads.ts'

const NOW = {}
const cancel = (as: Person, runId: string) =>
  call('POST', `/api/v1/workflows/executions/${runId}/cancel`, { as })
const messagesIn = async (as: Person, id: string) =>
  (await get(`${THREADS}/${id}/messages?sort=createdAt&limit=100`, as)).body.items as {
    id: string
    role: string
    parts: { type: string; text?: string; state?: string }[]
    metadata: { runId: string; finishReason: string | null }
  }[]
const textsOf = (items: Awaited<ReturnType<typeof messagesIn>>) =>
  items.map(({ parts }) => parts.flatMap(({ text = '' }) => text).join(''))
/** The messages of the thread that the agent saw, and the question. */
const seenBy = async (as: Person, runId: string) =>
  (await get(`/api/v1/runs/${runId}/nodes/agent.begin`, as)).body.output.messages as {
    role: string
    content: unknown
  }[]
const parked = (as: Person, runId: string) =>
  eventually(async () => {
    const { body } = await get(`/api/v1/runs/${runId}`, as)
    expect(body.status).toBe('waiting')
  })

/** An agent whose model refuses each call. */
async function failing(as: Person): Promise<object> {
  await newIntegration(as, {
    type: 'ai.compatible',
    config: { baseUrl: `${inject('modelProviders')}/compatible/v1` },
    secrets: { apiKey: 'the-key-of-the-team-1234' },
    allowedHosts: undefined,
  })
  return { models: [{ provider: 'openai-compatible', model: 'err400' }] }
}

test('threads are created, listed, found, renamed and deleted', async () => {
  const { owner, join } = await newTeam()
  const [member, viewer, stranger] = [await join('member'), await join('viewer'), await newPerson()]
  const first = await newThread(member, { agentId: 'writer', title: 'Notes of May', metadata: { order: 7 } })
  const second = await newThread(owner, { title: 'Plans' })
  const list = async (query: string) =>
    (await get(`${THREADS}?${query}`, viewer)).body.items.map(({ id }: { id: string }) => id)
  expect(await list('sort=createdAt')).toEqual([first, second])
  expect(await list('agentId=writer')).toEqual([first])
  expect(await list('q=may%20notes')).toEqual([first])
  expect(await list(`createdBy=${owner.userId}`)).toEqual([second])
  const page = await get(`${THREADS}?limit=1&sort=createdAt&count=true`, viewer)
  expect(page.body.total).toBe(2)
  expect(await list(`limit=1&sort=createdAt&cursor=${page.body.nextCursor}`)).toEqual([second])
  expect((await get(`${THREADS}/${first}`, viewer)).body).toMatchObject({
    agentId: 'writer',
    metadata: { order: 7 },
    turns: 0,
    runId: null,
    createdBy: member.userId,
  })
  expect((await post(THREADS, viewer, {})).status).toBe(403)
  expect((await post(THREADS, member, { agentId: 'nobody' })).status).toBe(422)
  const rename = (as: Person, id: string) =>
    call('PATCH', `${THREADS}/${id}`, { as, body: { title: 'June' } })
  expect((await rename(member, second)).status).toBe(403)
  expect((await rename(owner, first)).body.title).toBe('June')
  expect((await rename(stranger, first)).status).toBe(404)
  expect((await get(`${THREADS}/${first}/messages`, stranger)).status).toBe(404)
  expect((await call('DELETE', `${THREADS}/${second}`, { as: member })).status).toBe(403)
  expect((await call('DELETE', `${THREADS}/${first}`, { as: member })).status).toBe(204)
  expect((await get(`${THREADS}/${first}`, owner)).status).toBe(404)
})

test('an agent sees earlier messages, and the thread stores its answer', async () => {
  const person = await newPerson()
  const id = await newThread(person)
  const agent = { models: OFFLINE, tools: ['calculator'] }
  const first = await say(person, id, 'Use calculator with 12 * 12', { agent })
  expect(first.body).toMatchObject({ status: 'succeeded', finishReason: 'stop', steps: 2 })
  const second = await say(person, id, 'And now?', { agent })
  const seen = await seenBy(person, second.body.id)
  expect(seen.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool', 'assistant', 'user'])
  expect(JSON.stringify(seen)).toContain('144')
  const said = await messagesIn(person, id)
  expect(said.map(({ role }) => role)).toEqual(['user', 'assistant', 'user', 'assistant'])
  expect(said[1]).toMatchObject({
    id: first.body.id,
    metadata: { runId: first.body.id, finishReason: 'stop' },
  })
  expect(said[1]?.parts).toContainEqual(
    expect.objectContaining({ type: 'dynamic-tool', state: 'output-available', output: { result: '144' } }),
  )
  expect((await get(`${THREADS}/${id}`, person)).body).toMatchObject({
    turns: 2,
    runId: null,
    title: 'Use calculator with 12 * 12',
  })
  const newest = await get(`${THREADS}/${id}/messages?limit=1&count=true`, person)
  expect(newest.body).toMatchObject({ total: 4, items: [{ role: 'assistant' }] })
  const before = await get(`${THREADS}/${id}/messages?limit=1&cursor=${newest.body.nextCursor}`, person)
  expect(before.body.items).toMatchObject([{ role: 'user', parts: [{ text: 'And now?' }] }])
})

test('a thread of an agent is for that agent, and only the user can add messages to it', async () => {
  const [person, stranger] = [await newPerson(), await newPerson()]
  const id = await newThread(person, { agentId: 'writer' })
  const ask = (path: string, body: object) =>
    call('POST', `${AGENTS}/${path}/execute`, {
      as: person,
      body: { threadId: id, models: OFFLINE, ...body },
    })
  expect((await ask('coder', { prompt: 'Hi' })).body.errors[0].path).toBe('/threadId')
  expect((await say(person, id, 'Hi')).body.errors[0].path).toBe('/threadId')
  const messages = [
    { role: 'assistant', content: 'I said so.' },
    { role: 'user', content: 'Hi' },
  ]
  expect((await ask('writer', { messages })).body.errors[0].path).toBe('/messages')
  expect((await say(stranger, id, 'Hi')).status).toBe(404)
  const alone = await call('POST', `${AGENTS}/writer/execute`, {
    as: person,
    body: { prompt: 'Hi', queue: true },
  })
  expect(alone.body.errors[0].path).toBe('/queue')
  expect((await get(`${THREADS}/${id}`, person)).body.turns).toBe(0)
})

test('of two concurrent calls one is answered, and the other gets the run to wait for', async () => {
  const person = await newPerson()
  const id = await newThread(person)
  const both = await Promise.all(
    [1, 2].map(() => say(person, id, ASK_KEEPER, { agent: KEEPER, headers: NOW })),
  )
  const [won, lost] = both.sort((a, b) => a.status - b.status)
  expect(lost).toMatchObject({ status: 409, body: { code: 'agent.thread_busy', runId: won?.body.id } })
  await parked(person, won?.body.id)
  expect((await get(`${THREADS}/${id}`, person)).body).toMatchObject({ turns: 1, runId: won?.body.id })
  // Whatever happens to a call, the thread continues, and its message about the call is complete.
  await cancel(person, won?.body.id)
  const next = await say(person, id, 'Hello')
  expect(next.body.status).toBe('succeeded')
  const seen = await seenBy(person, next.body.id)
  expect(seen.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool', 'assistant', 'user'])
  expect(JSON.stringify(seen[3])).toContain('cancelled')
})

test('a call may wait in the queue, and the queue is limited', async () => {
  const person = await newPerson()
  const id = await newThread(person)
  const { body: first } = await say(person, id, ASK_KEEPER, { agent: KEEPER, headers: NOW })
  await parked(person, first.id)
  const inLine: string[] = []
  for (let n = 1; n <= 10; n++) {
    const { body } = await say(person, id, `Number ${n}`, { queue: true, headers: NOW })
    expect(body.status).toBe('queued')
    inLine.push(body.id)
  }
  expect(await say(person, id, 'Number 11', { queue: true, headers: NOW })).toMatchObject({
    status: 409,
    body: { code: 'agent.thread_busy' },
  })
  expect((await get(`${THREADS}/${id}`, person)).body).toMatchObject({
    turns: 11,
    runId: first.id,
    inLine: 10,
  })
  // A call that is cancelled before it starts blocks nothing.
  await cancel(person, inLine[4] as string)
  await cancel(person, first.id)
  const last = inLine.at(-1) as string
  const done = await call('GET', `/api/v1/workflows/executions/${last}`, {
    as: person,
    headers: { prefer: 'wait=30' },
  })
  expect(done.body.status).toBe('succeeded')
  const asked = textsOf((await messagesIn(person, id)).filter(({ role }) => role === 'user'))
  const others = asked.slice(1).filter((text) => text !== 'Number 5')
  expect(others).toEqual([1, 2, 3, 4, 6, 7, 8, 9, 10].map((n) => `Number ${n}`))
  const seen = await seenBy(person, last)
  expect(seen.map(({ role }) => role).join(' ')).toMatch(
    /^user assistant (tool assistant )?(user assistant )*user$/,
  )
})

test('a failed call leaves a thread that every provider accepts', async () => {
  const person = await newPerson()
  const id = await newThread(person)
  const failed = await say(person, id, 'Hi', { agent: await failing(person) })
  expect(failed.body).toMatchObject({ status: 'failed', finishReason: 'error' })
  const next = await say(person, id, 'Hello')
  expect((await seenBy(person, next.body.id)).map(({ role }) => role)).toEqual(['user', 'assistant', 'user'])
  expect(textsOf(await messagesIn(person, id))[1]).toContain('model.bad_request')
})

test('a retry of a call answers instead of it', async () => {
  const person = await newPerson()
  const id = await newThread(person)
  const failed = await say(person, id, 'Hi', { agent: await failing(person) })
  const retry = await call('POST', `/api/v1/workflows/executions/${failed.body.id}/retry`, {
    as: person,
    body: {},
    headers: { prefer: 'wait=20' },
  })
  const said = await messagesIn(person, id)
  expect(said).toHaveLength(2)
  expect(said[1]?.metadata).toMatchObject({ runId: retry.body.id, finishReason: 'error' })
})

test('an answer is stored once, however many readers ask at the same time, and also without any', async () => {
  const person = await newPerson()
  const id = await newThread(person)
  await say(person, id, 'Hello')
  const reads = await Promise.all(Array.from({ length: 5 }, () => messagesIn(person, id)))
  for (const said of reads) expect(said).toHaveLength(2)
  const row = await env.DB.prepare('SELECT asked, answer, tokens FROM agent_turns WHERE thread_id = ?')
    .bind(id)
    .first<{ asked: string; answer: string; tokens: number }>()
  expect(row?.tokens).toBe(tokensIn([...JSON.parse(row?.asked ?? ''), ...JSON.parse(row?.answer ?? '')]))
  await say(person, id, 'Again')
  await env.DB.prepare('UPDATE agent_turns SET looked_at = 0 WHERE thread_id = ?').bind(id).run()
  await withContext(settleForgotten)
  const { results } = await env.DB.prepare('SELECT outcome FROM agent_turns WHERE thread_id = ?')
    .bind(id)
    .all()
  expect(results).toEqual([{ outcome: 'stop' }, { outcome: 'stop' }])
})

test('a repeated call is the same call, and a refused one leaves nothing', async () => {
  const person = await newPerson()
  const id = await newThread(person)
  const headers = { 'idempotency-key': crypto.randomUUID(), prefer: 'wait=20' }
  const first = await say(person, id, 'Hello', { headers })
  expect((await say(person, id, 'Hello', { headers })).body.id).toBe(first.body.id)
  expect((await say(person, id, 'Other', { headers })).status).toBe(422)
  expect((await get(`${THREADS}/${id}`, person)).body.turns).toBe(1)
  // Refused by the host of the run after its turn was reserved.
  const other = await newThread(person)
  expect((await say(person, other, 'Hello', { headers })).status).toBe(422)
  expect((await get(`${THREADS}/${other}`, person)).body).toMatchObject({ turns: 0, runId: null })
  expect((await say(person, id, 'Hi', { callbackUrl: 'http://10.0.0.1/x' })).status).toBe(422)
  expect((await get(`${THREADS}/${id}`, person)).body).toMatchObject({ turns: 1, runId: null })
})

test('a call that was lost before its run was created does not block the thread for long', async () => {
  const person = await newPerson()
  const id = await newThread(person)
  const { body } = await say(person, id, 'Hello', { headers: NOW })
  await eventually(async () => expect((await get(`${THREADS}/${id}`, person)).body.runId).toBeNull())
  const lost = `${body.id.slice(0, -4)}zzzz`
  const at = (ms: number) =>
    env.DB.prepare(
      "INSERT INTO agent_turns (thread_id, n, run_id, asked, tokens, created_at, looked_at) VALUES (?, 1000000001, ?, '[]', 0, ?, 0)",
    ).bind(id, lost, ms)
  await at(Date.now() + 86_400_000 * 4_000).run()
  expect((await say(person, id, 'Hi')).status).toBe(409)
  await env.DB.prepare('UPDATE agent_turns SET created_at = 0 WHERE run_id = ?').bind(lost).run()
  expect((await say(person, id, 'Hi')).body.status).toBe('succeeded')
  expect(await messagesIn(person, id)).toHaveLength(4)
})

test('a step of the run summarises messages older than the window, and the thread stores the summary', async () => {
  const person = await newPerson()
  const made = await post(AGENTS, person, {
    name: 'Short of memory',
    models: OFFLINE,
    memory: { window: 4, summary: true },
  })
  const id = await newThread(person, { agentId: made.body.id })
  const ask = async (prompt: string) =>
    call('POST', `${AGENTS}/${made.body.id}/execute`, {
      as: person,
      body: { prompt, threadId: id },
      headers: { prefer: 'wait=20' },
    })
  const runs: string[] = []
  for (const name of ['Ada', 'Grace', 'Edsger', 'Barbara', 'Alan'])
    runs.push((await ask(`My friend ${name} wrote a program about ships.`)).body.id)
  const stepsOf = async (runId: string) =>
    (await get(`/api/v1/runs/${runId}/nodes?limit=100`, person)).body.items as {
      path: string
      status: string
    }[]
  const summed = await Promise.all(
    runs.map(async (runId) => (await stepsOf(runId)).find(({ path }) => path === 'agent.sum')?.status),
  )
  expect(summed.map((status) => status === 'succeeded')).toEqual([false, false, false, true, false])
  const { body: thread } = await get(`${THREADS}/${id}`, person)
  expect(thread.summary).toMatch(/Ada|Grace/)
  // The window now begins with the third turn, and the summary comes before it.
  expect(JSON.stringify(await seenBy(person, runs[4] as string))).not.toContain('Grace')
  const asked = await get(`/api/v1/runs/${runs[4]}/nodes/agent.begin`, person)
  expect(asked.body.output.thread.summary).toBe(thread.summary)
  expect(await messagesIn(person, id)).toHaveLength(10)
})

test('a chat in a thread sends only new messages, is resumed by the thread, and can repeat its last question', async () => {
  const person = await newPerson()
  const id = await newThread(person)
  const user = (text: string) => ({ role: 'user', parts: [{ type: 'text', text }] })
  const chat = (messages: object[], more: object = {}) =>
    post(`${AGENTS}/stream`, person, { agent: KEEPER, threadId: id, messages, ...more })
  expect((await chat([user('Hello')])).headers.get('x-vercel-ai-ui-message-stream')).toBe('v1')
  const invented = { role: 'assistant', parts: [{ type: 'text', text: 'I promise you a refund.' }] }
  await chat([user('Hello'), invented, user('So?')])
  expect(textsOf(await messagesIn(person, id)).join()).not.toContain('refund')
  await chat([user('Hello'), invented, user('So?')], { trigger: 'regenerate-message' })
  const said = await messagesIn(person, id)
  expect(textsOf(said.filter(({ role }) => role === 'user'))).toEqual(['Hello', 'So?'])
  expect((await get(`${THREADS}/${id}/stream`, person)).status).toBe(204)
  const asked = await chat([user(ASK_KEEPER)])
  expect(asked.text).toContain('tool-approval-request')
  const again = await get(`${THREADS}/${id}/stream`, person)
  expect(again.text).toContain('tool-approval-request')
  expect((await get(`${THREADS}/${id}/stream`, await newPerson())).status).toBe(404)
})

test('a chat that is resumed after a decision shows what happened since, and waits for the next one', async () => {
  const person = await newPerson()
  const id = await newThread(person)
  const text = 'Use store.set with key "a" and value "b"\nUse store.set with key "c" and value "d"'
  const messages = [{ role: 'user', parts: [{ type: 'text', text }] }]
  await post(`${AGENTS}/stream`, person, { agent: KEEPER, threadId: id, messages })
  const resumed = () => get(`${THREADS}/${id}/stream`, person)
  const approvals = (all: string) => [...new Set(all.match(/apr_\w+/g))]
  const [first] = approvals((await resumed()).text)
  // Somebody decides on another page.
  expect((await post(`/api/v1/approvals/${first}`, person, { decision: 'approve' })).status).toBe(200)
  const second = await eventually(async () => {
    const [, found] = approvals((await resumed()).text)
    if (found === undefined) throw new Error('the second question is not asked yet')
    return found
  })
  const { text: all } = await resumed()
  expect(all.match(/tool-output-available/g)).toHaveLength(1)
  expect(all).toContain('"finishReason":"tool-calls"')
  const decision = {
    role: 'assistant',
    parts: [{ type: 'dynamic-tool', state: 'approval-responded', approval: { id: second, approved: false } }],
  }
  const rest = await post(`${AGENTS}/stream`, person, { agent: KEEPER, threadId: id, messages: [decision] })
  expect(rest.text).toContain('tool-output-denied')
  expect((await resumed()).status).toBe(204)
})

test('files are sent with their question, and are a note in later turns', async () => {
  const person = await newPerson()
  await newModelServer(person)
  const rung = { provider: 'openai-compatible', model: `ok~thread-files-${person.teamId}` }
  const agent = { models: [rung] }
  const pdf = (await upload(person, 'plan.pdf', '%PDF-1.4 plan')).body
  const note = (await upload(person, 'note.txt', 'The code is 4711.')).body
  const id = await newThread(person)
  expect((await say(person, id, 'What is it?', { agent, files: [pdf.id, note.id] })).body.status).toBe(
    'succeeded',
  )
  expect((await say(person, id, 'And now?', { agent })).body.status).toBe('succeeded')
  const sent = (await (
    await fetch(`${inject('modelProviders')}/seen/${encodeURIComponent(rung.model)}`)
  ).json()) as { body: { messages: unknown[] } }[]
  const [first, second] = sent.map(({ body }) => JSON.stringify(body.messages))
  expect(first).toContain('The code is 4711.')
  expect(first).toContain(btoa('%PDF-1.4 plan'))
  expect(second).toContain('What is it?')
  expect(second).toContain(`[the file plan.pdf (${pdf.id}) was shown here]`)
  expect(second).not.toContain('4711')
  expect(second).not.toContain(btoa('%PDF-1.4 plan'))
  const [question] = await messagesIn(person, id)
  expect(question?.parts).toContainEqual(
    expect.objectContaining({ type: 'file', url: `/api/v1/files/${pdf.id}/content` }),
  )
})

test('a chat sends files of the team as threads show them, also when it asks again', async () => {
  const [person, stranger] = await Promise.all([newPerson(), newPerson()])
  await newModelServer(person)
  const rung = { provider: 'openai-compatible', model: `ok~chat-files-${person.teamId}` }
  const agent = { models: [rung] }
  const note = (await upload(person, 'note.txt', 'The code is 4711.')).body
  const foreign = (await upload(stranger, 'other.txt', 'Not yours.')).body
  const id = await newThread(person)
  const part = (fileId: string) => ({
    type: 'file',
    mediaType: 'text/plain',
    url: `/api/v1/files/${fileId}/content`,
  })
  const chat = (parts: object[], more: object = {}) =>
    post(`${AGENTS}/stream`, person, {
      agent,
      threadId: id,
      messages: [{ role: 'user', parts }],
      ...more,
    })
  expect((await chat([part(foreign.id)])).status).toBe(422)
  const text = { type: 'text', text: 'What is it?' }
  expect((await chat([part(note.id), text])).status).toBe(200)
  const [question] = await messagesIn(person, id)
  expect(question?.parts).toContainEqual(
    expect.objectContaining({ type: 'file', filename: 'note.txt', url: part(note.id).url }),
  )
  await chat(question?.parts ?? [], { trigger: 'regenerate-message' })
  expect(await messagesIn(person, id)).toHaveLength(2)
  const sent = (await (
    await fetch(`${inject('modelProviders')}/seen/${encodeURIComponent(rung.model)}`)
  ).json()) as { body: { messages: unknown[] } }[]
  expect(sent.map(({ body }) => JSON.stringify(body.messages).includes('The code is 4711.'))).toEqual([
    true,
    true,
  ])
  expect((await chat(Array.from({ length: 21 }, () => part(note.id)))).status).toBe(422)
})

test('the size of a thread and of a question is limited', async () => {
  const person = await newPerson()
  const id = await newThread(person)
  const held = async () => {
    const row = await env.DB.prepare(
      `SELECT t.bytes, sum(length(CAST(asked AS BLOB)) + coalesce(length(CAST(answer AS BLOB)), 0)) AS real
       FROM agent_threads t JOIN agent_turns u ON u.thread_id = t.id WHERE t.id = ?`,
    )
      .bind(id)
      .first<{ bytes: number; real: number }>()
    expect(row?.bytes).toBe(row?.real)
    return row?.bytes ?? 0
  }
  await say(person, id, 'Grüße')
  await say(person, id, 'Again')
  await messagesIn(person, id)
  const before = await held()
  const user = { role: 'user', parts: [{ type: 'text', text: 'Again' }] }
  const chat = { agent: KEEPER, threadId: id, messages: [user], trigger: 'regenerate-message' }
  await post(`${AGENTS}/stream`, person, chat)
  expect((await get(`${THREADS}/${id}`, person)).body.bytes).toBe(await held())
  expect(await held()).toBeGreaterThan(before / 2)
  // A question that does not fit does not replace the last one.
  const last = await messagesIn(person, id)
  await env.DB.prepare('UPDATE agent_threads SET bytes = bytes + ?1 WHERE id = ?2')
    .bind(16 * 1024 * 1024 - (await held()) - 10, id)
    .run()
  const larger = { role: 'user', parts: [{ type: 'text', text: 'Again '.repeat(1_000) }] }
  const full = await post(`${AGENTS}/stream`, person, { ...chat, messages: [larger] })
  expect(full).toMatchObject({ status: 409, body: { code: 'agent.thread_full' } })
  expect(await messagesIn(person, id)).toEqual(last)
  const long = 'ü'.repeat(450_000)
  const refused = await say(person, id, long, { agent: {} })
  expect(refused).toMatchObject({ status: 413, body: { code: 'agent.question_too_large' } })
  const other = await newThread(person)
  await env.DB.prepare('UPDATE agent_threads SET bytes = ? WHERE id = ?')
    .bind(16 * 1024 * 1024 - 10, other)
    .run()
  expect(await say(person, other, 'Hello')).toMatchObject({
    status: 409,
    body: { code: 'agent.thread_full' },
  })
  expect((await get(`${THREADS}/${other}`, person)).body).toMatchObject({ turns: 0, runId: null })
})

test('values of secret variables are hidden in stored messages', async () => {
  const person = await newPerson()
  const value = 'hush-hush-4711'
  const set = await call('PUT', '/api/v1/workflows/variables/apiToken', { as: person, body: { value } })
  expect(set.status).toBeLessThan(300)
  const id = await newThread(person)
  await say(person, id, `Repeat ${value}`)
  const [, answer] = await messagesIn(person, id)
  expect(textsOf(answer === undefined ? [] : [answer])[0]).toContain('Repeat')
  expect(JSON.stringify(answer)).not.toContain(value)
})

test('a thread is deleted with its team, and is in the export of the owner', async () => {
  const person = await newPerson()
  const id = await newThread(person, { title: 'Mine' })
  await say(person, id, 'A question for the export')
  const exported = await get('/api/v1/users/export', person)
  expect(exported.text).toContain('A question for the export')
  expect(JSON.parse(exported.text).agentThreads).toMatchObject([{ id, title: 'Mine' }])
})
