// npm run bench:agents [-- --rounds 5 --calls 40 --streams 200 --patience 60 --save bench/agents/results.md]
// The cost of a durable agent compared with the AI SDK in a bare Worker, against the same fake provider. Both servers
// run in one benchmark and take turns.
import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { inRoot } from '../../scripts/server/paths.ts'
import { heldBy } from '../engine/process.ts'
import { startEngine, startWorker } from '../engine/servers.ts'
import { untilQuiet } from '../quiet.ts'
import { median } from '../stats.ts'
import { startProvider } from './provider.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    calls: { type: 'string', default: '40' },
    streams: { type: 'string', default: '200' },
    patience: { type: 'string', default: '60' },
    save: { type: 'string' },
  },
})
const [rounds, calls, streams] = [Number(values.rounds), Number(values.calls), Number(values.streams)]
const SIDE_BY_SIDE = 16

const provider = await startProvider()
const ours = await startEngine(false, provider.host)
const bare = await startWorker('bench/agents/bare', { OUTBOUND_ALLOW_HOSTS: provider.host })
await ours.call('POST', '/api/v1/users/integrations', {
  type: 'ai.compatible',
  name: 'Fake',
  config: { baseUrl: provider.url },
  secrets: { apiKey: 'none' },
})

type Side = {
  name: string
  ask: (model: string) => Promise<void>
  stream: (model: string, signal?: AbortSignal) => Promise<Response>
  pid: number
}

const post = (
  port: number,
  path: string,
  body: object,
  headers: Record<string, string> = {},
  signal?: AbortSignal,
) =>
  fetch(`http://127.0.0.1:${port}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
    ...(signal === undefined ? {} : { signal }),
  })

const agentWith = (model: string) => ({
  instructions: 'Answer with words.',
  models: [{ provider: 'openai-compatible', model }],
  tools: ['date'],
  limits: { steps: 200 },
})

const sides: Side[] = [
  {
    name: 'AI SDK in a bare Worker',
    pid: bare.pid,
    ask: async (model) => requireAnswer(await post(bare.port, '/', { url: provider.url, model })),
    stream: (model, signal) => post(bare.port, '/stream', { url: provider.url, model }, {}, signal),
  },
  {
    name: 'agent as a run',
    pid: ours.pid,
    ask: async (model) => {
      const body = { agent: agentWith(model), prompt: 'What day is it?' }
      requireAnswer(
        await post(ours.port, '/api/v1/agents/execute', body, { ...ours.headers, prefer: 'wait=30' }),
      )
    },
    stream: (model, signal) => {
      const messages = [{ role: 'user', parts: [{ type: 'text', text: 'What day is it?' }] }]
      return post(
        ours.port,
        '/api/v1/agents/stream',
        { agent: agentWith(model), messages },
        ours.headers,
        signal,
      )
    },
  },
]

async function requireAnswer(response: Response): Promise<void> {
  const text = await response.text()
  if (!response.ok || !text.includes('This is an answer'))
    throw new Error(`${response.status} ${text.slice(0, 300)}`)
}

const timeOf = async (work: () => Promise<void>): Promise<number> => {
  const begun = performance.now()
  await work()
  return performance.now() - begun
}

const sorted = (times: number[]): number[] => times.toSorted((a, b) => a - b)
const at = (times: number[], share: number): number =>
  sorted(times)[Math.floor(times.length * share)] ?? Number.NaN

async function firstToken({ stream }: Side): Promise<number> {
  const begun = performance.now()
  const response = await stream('steps-1')
  const reader = (response.body as ReadableStream<Uint8Array>).getReader()
  const decoder = new TextDecoder()
  let first = Number.NaN
  for (let text = ''; ; ) {
    const { done, value } = await reader.read()
    if (done) return first
    text += decoder.decode(value, { stream: true })
    if (Number.isNaN(first) && text.includes('"text-delta"')) first = performance.now() - begun
  }
}

async function rate({ ask }: Side): Promise<number> {
  const count = calls * 2
  let begun = 0
  const ms = await timeOf(async () => {
    const client = async () => {
      while (begun++ < count) await ask('steps-5')
    }
    await Promise.all(Array.from({ length: SIDE_BY_SIDE }, client))
  })
  return (count * 5) / (ms / 1_000)
}

async function memoryOf({ pid, stream }: Side): Promise<number> {
  const gone = new AbortController()
  const before = heldBy(pid).rssMb
  const open = await Promise.all(Array.from({ length: streams }, () => stream('hang', gone.signal)))
  await new Promise((resolve) => setTimeout(resolve, 3_000))
  const after = heldBy(pid).rssMb
  gone.abort()
  await Promise.all(open.map((response) => response.body?.cancel().catch(() => undefined)))
  return after - before
}

try {
  const times = new Map<string, number[]>()
  const note = (key: string, value: number) => times.set(key, [...(times.get(key) ?? []), value])
  for (const side of sides) for (const steps of [1, 5, 20]) await side.ask(`steps-${steps}`)
  let busy = 0
  for (let round = 0; round < rounds; round++) {
    if (!(await untilQuiet(Number(values.patience) * 1_000))) busy++
    for (const steps of [1, 5, 20])
      for (let n = 0; n < Math.ceil(calls / (steps === 20 ? 4 : 1)); n++)
        for (const side of sides)
          note(`${side.name} ${steps}`, await timeOf(() => side.ask(`steps-${steps}`)))
    for (let n = 0; n < calls; n++)
      for (const side of sides) note(`${side.name} first`, await firstToken(side))
    for (const side of sides) note(`${side.name} rate`, await rate(side))
    console.error(`round ${round + 1} of ${rounds}`)
  }
  for (const side of sides) note(`${side.name} memory`, await memoryOf(side))
  const text = report(times, busy)
  console.log(text)
  if (values.save) writeFileSync(inRoot(values.save), `# npm run bench:agents\n\n${text}`)
} finally {
  await bare.stop()
  await ours.stop()
  provider.stop()
}

function report(times: Map<string, number[]>, busy: number): string {
  const of = (side: Side, key: string): number[] => times.get(`${side.name} ${key}`) ?? []
  const [plain, durable] = sides as [Side, Side]
  const ms = (value: number): string => value.toFixed(1)
  const row = (what: string, get: (side: Side) => number, target: string): string => {
    const [a, b] = [get(plain), get(durable)]
    return `| ${what} | ${ms(a)} | ${ms(b)} | ${ms(b - a)} | ${target} |`
  }
  const perStep = (side: Side, from: number, to: number): number =>
    (median(of(side, String(to))) - median(of(side, String(from)))) / (to - from)
  const growth = (side: Side): number => (perStep(side, 5, 20) / perStep(side, 1, 5) - 1) * 100
  return `${rounds} rounds (${busy} begun on a busy machine) of ${calls} calls, on ${cpus().length} cores (${cpus()[0]?.model.trim()}), which client and provider share. The
fake provider answers at once, so all of it is our own. An agent of n steps makes n calls of the model and n - 1 of a tool.

| | AI SDK in a bare Worker | agent as a run | added | aim |
| --- | --- | --- | --- | --- |
${[
  ...[1, 5, 20].map((steps) => row(`${steps} steps, p50 ms`, (side) => at(of(side, String(steps)), 0.5), '')),
  row('1 step, p99 ms', (side) => at(of(side, '1'), 0.99), ''),
  row('20 steps, p99 ms', (side) => at(of(side, '20'), 0.99), ''),
  row('one more step, p50 ms', (side) => perStep(side, 5, 20), '8'),
  row('first token, p50 ms', (side) => at(of(side, 'first'), 0.5), '15'),
  row(
    `model calls a second, ${SIDE_BY_SIDE} agents of 5 steps`,
    (side) => median(of(side, 'rate')),
    '60 % of bare',
  ),
  row(`MB for ${streams} open streams`, (side) => median(of(side, 'memory')), '150'),
].join('\n')}

A step between the 5th and the 20th costs ${growth(durable).toFixed(0)} % more than one before (aim: within 20 %). The rate is ${((100 * median(of(durable, 'rate'))) / median(of(plain, 'rate'))).toFixed(0)} % of the bare one.
`
}
