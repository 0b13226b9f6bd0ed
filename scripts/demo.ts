// `npm run demo`: starts the tour on a running server, shows its events live, asks for the approval and prints the result.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { DEMO_EMAIL } from '../src/modules/auth/sign-in/demo-account.ts'
import type { RunEvent } from '../src/objects/run-events.ts'
import { TOUR, tourInput } from './samples.ts'
import { accountName } from './seed.ts'
import type { Installation } from './server/secrets.ts'
import { type Owner, stateDir } from './server/state.ts'

const BAR_WIDTH = 24

type Execution = {
  id: string
  status: string
  output: unknown
  error: unknown
  waitingFor: { kind: string; name: string | null; detail: { title?: string } | null }[]
}

const { url, password } = whereToGo()
const { accessToken } = await call<{ accessToken: string }>('POST', '/api/v1/auth/login', {
  email: DEMO_EMAIL,
  password,
})
const { items } = await call<{ items: { id: string; name: string }[] }>(
  'GET',
  `/api/v1/workflows?q=${encodeURIComponent(TOUR)}`,
)
const workflow = items.find((one) => one.name === TOUR)
if (!workflow) fail(`There is no workflow "${TOUR}" any more. npm run reset and npm start bring it back.`)

const started = await call<Execution>('POST', `/api/v1/workflows/${workflow.id}/execute`, {
  input: tourInput(true),
})
console.log(`\nRun ${started.id}\nWatch it at ${url}/runs/${started.id}/live\n`)
await follow(started.id)
const ended = await call<Execution>('GET', `/api/v1/workflows/executions/${started.id}`)
console.log(`\n${ended.status}\n${JSON.stringify(ended.output ?? ended.error, null, 2)}\n`)

function whereToGo(): { url: string; password: string } {
  const dir = stateDir()
  const read = <T>(name: string): T => {
    const path = join(dir, name)
    if (!existsSync(path)) fail('No installation was found. Run npm start first, in another terminal.')
    return JSON.parse(readFileSync(path, 'utf8')) as T
  }
  if (read<Record<string, string>>('seeded.json')[accountName(DEMO_EMAIL)] === undefined)
    fail('This installation has no demo user, since it was started with ENVIRONMENT=production.')
  const { demoPassword } = read<Installation>('secrets.json')
  const port = process.env.PORT ?? read<Owner>('owner.json').port ?? 8787
  return { url: `http://localhost:${port}`, password: demoPassword }
}

async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  const response = await request(method, path, body)
  const text = await response.text()
  const answer = text === '' ? null : JSON.parse(text)
  if (!response.ok) fail(`${method} ${path}: ${answer?.detail ?? response.status}`)
  return answer as T
}

async function request(method: string, path: string, body?: unknown): Promise<Response> {
  const headers: Record<string, string> = { 'content-type': 'application/json' }
  if (path !== '/api/v1/auth/login') headers.authorization = `Bearer ${accessToken}`
  try {
    return await fetch(url + path, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  } catch {
    return fail(`Nothing answers at ${url}. Run npm start first, in another terminal.`)
  }
}

/** Reads server-sent events until the run has ended. Asks for the approval when the run waits for it. */
async function follow(runId: string): Promise<void> {
  const response = await request('GET', `/api/v1/workflows/executions/${runId}/events`)
  if (response.body === null) return
  let text = ''
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    text += chunk
    const frames = text.split('\n\n')
    text = frames.pop() ?? ''
    for (const frame of frames) {
      const data = frame.split('\n').find((line) => line.startsWith('data: '))
      if (data) await show(runId, JSON.parse(data.slice(6)) as RunEvent)
    }
  }
}

async function show(runId: string, event: RunEvent): Promise<void> {
  const { type, progress = 0 } = event
  const filled = Math.round((progress / 100) * BAR_WIDTH)
  const bar = `${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)}`
  console.log(
    `${bar} ${String(progress).padStart(3)} %  ${type.padEnd(16)} ${'path' in event ? event.path : ''} ${'error' in event ? event.error?.message : ''}`,
  )
  if (type !== 'run.waiting') return
  const { waitingFor } = await call<Execution>('GET', `/api/v1/runs/${runId}?include=output`)
  const approval = waitingFor.find((one) => one.kind === 'approval')
  if (approval?.name) await decide(approval.name, approval.detail?.title ?? 'Go on?')
}

async function decide(approvalId: string, question: string): Promise<void> {
  const yes = await ask(`\n  ${question} [Y/n] `)
  await call('POST', `/api/v1/approvals/${approvalId}`, {
    decision: yes ? 'approve' : 'reject',
    comment: 'Said in the demo',
  })
}

/** Without a terminal, it approves automatically. */
async function ask(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) {
    console.log(`${question}yes`)
    return true
  }
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  const answer = await terminal.question(question)
  terminal.close()
  return !/^n/i.test(answer.trim())
}

function fail(message: string): never {
  console.error(message)
  process.exit(1)
}
