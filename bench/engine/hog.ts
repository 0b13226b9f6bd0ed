// node bench/engine/hog.ts [--seconds 20 --limit 50]
// How late the timers of 16 ordinary runs fire while another run of their host computes without pause, or creates and
// reads outputs of 8 MB. Each of the 16 waits 100 ms again and again. The time from the end of a wait to its turn is
// the delay that a neighbour causes. Fails if p99 grows by more than the limit.
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { type Engine, startEngine } from './servers.ts'

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '20' }, limit: { type: 'string', default: '50' } },
})
const seconds = Number(values.seconds)
const RUNS = 16
const WAIT_MS = 100

/** Waits again and again, with a small step after each wait. */
const ticks = (times: number) => ({
  nodes: [
    { id: 'wait', type: 'flow.wait', params: { durationMs: WAIT_MS } },
    { id: 'step', type: 'data.set', params: { values: { n: '{{ (nodes.step?.n ?? 0) + 1 }}' } } },
    { id: 'more', type: 'flow.if', params: { condition: `{{ nodes.step.n < ${times} }}` } },
  ],
  edges: [
    { from: 'wait', to: 'step' },
    { from: 'step', to: 'more' },
    { from: 'more', to: 'wait', port: 'true', back: true, maxIterations: times + 1 },
  ],
})

const again = (nodes: object[], first: string, last: string) => ({
  nodes: [...nodes, { id: 'again', type: 'flow.if', params: { condition: '{{ true }}' } }],
  edges: [
    { from: first, to: last },
    { from: last, to: 'again' },
    { from: 'again', to: first, port: 'true', back: true, maxIterations: 10_000 },
  ],
})

/** Nearly the maximum of one expression, and of all expressions of one list together. */
const computes = again(
  [
    {
      id: 'one',
      type: 'data.set',
      params: {
        values: { n: '{{ input.list.map((n) => input.list.filter((m) => m > n).length).slice(0, 3) }}' },
      },
    },
    {
      id: 'list',
      type: 'data.map',
      params: {
        items: '{{ Array.from({ length: 15000 }, (_, n) => n) }}',
        value: '{{ input.list.reduce((sum, n) => sum + n * item, 0) }}',
      },
    },
  ],
  'one',
  'list',
)

const large = again(
  [
    { id: 'one', type: 'data.set', params: { values: { text: "{{ 'x'.repeat(7500000) }}" } } },
    { id: 'two', type: 'data.set', params: { values: { chars: '{{ nodes.one.text.length }}' } } },
  ],
  'one',
  'two',
)

process.env.RUN_SHARDS = '1'
const engine = await startEngine(false)
try {
  const ordinary = await engine.newWorkflow(ticks(Math.round((seconds * 1000) / WAIT_MS)))
  const input = { list: Array.from({ length: 300 }, (_, n) => n) }
  const table: string[] = []
  let normal = Number.NaN
  const tooLate: string[] = []
  for (const [name, hog] of [
    ['alone', null],
    ['beside one that computes', computes],
    ['beside one with 8 MB outputs', large],
  ] as const) {
    const hogId = hog === null ? null : await start(engine, await engine.newWorkflow(hog), input)
    const late = await lateness(engine, ordinary)
    const did = hogId === null ? null : await nodesDone(engine, hogId)
    if (hogId !== null) await stillRuns(engine, hogId)
    if (hogId !== null) await engine.call('POST', `/api/v1/runs/${hogId}/cancel`, {})
    const [p50, p99, most] = [0.5, 0.99, 1].map((share) => at(late, share))
    if (hog === null) normal = p99 ?? 0
    else if ((p99 ?? 0) - normal > Number(values.limit)) tooLate.push(name)
    table.push(`| ${name} | ${late.length} | ${p50} | ${p99} | ${most} | ${did ?? ''} |`)
  }
  console.log(
    [
      `| 16 runs | waits | p50 ms late | p99 ms late | most | nodes of the other |`,
      '| --- | ---: | ---: | ---: | ---: | ---: |',
      ...table,
    ].join('\n'),
  )
  if (tooLate.length > 0) throw new Error(`Held up by more than ${values.limit} ms: ${tooLate.join(', ')}`)
} finally {
  await engine.stop()
}

async function start({ call }: Engine, workflowId: string, input: unknown): Promise<string> {
  const { id } = await call<{ id: string }>('POST', `/api/v1/workflows/${workflowId}/execute`, { input })
  return id
}

/** In milliseconds, for every wait of every run, in order. */
async function lateness(engine: Engine, workflowId: string): Promise<number[]> {
  const ids = await Promise.all(Array.from({ length: RUNS }, () => start(engine, workflowId, null)))
  const late: number[] = []
  for (const id of ids) {
    while ((await engine.call<{ status: string }>('GET', `/api/v1/runs/${id}`)).status !== 'succeeded')
      await sleep(1_000)
    for (const { startedAt, finishedAt, type } of await nodesOf(engine, id))
      if (type === 'flow.wait') late.push(Date.parse(finishedAt) - Date.parse(startedAt) - WAIT_MS)
  }
  return late.sort((a, b) => a - b)
}

async function stillRuns({ call }: Engine, runId: string): Promise<void> {
  const { status, error } = await call<{ status: string; error: unknown }>('GET', `/api/v1/runs/${runId}`)
  if (status !== 'running') throw new Error(`The other run has ${status}: ${JSON.stringify(error)}`)
}

type Node = { type: string; status: string; startedAt: string; finishedAt: string }

async function nodesOf({ call }: Engine, runId: string): Promise<Node[]> {
  const nodes: Node[] = []
  let cursor: string | null = null
  do {
    const query: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`
    const page: { items: Node[]; nextCursor: string | null } = await call(
      'GET',
      `/api/v1/runs/${runId}/nodes?limit=100${query}`,
    )
    nodes.push(...page.items)
    cursor = page.nextCursor
  } while (cursor !== null)
  return nodes
}

/** How much the other run has done in the meantime. It must work the whole time. */
async function nodesDone(engine: Engine, runId: string): Promise<number> {
  return (await nodesOf(engine, runId)).filter(({ status }) => status === 'succeeded').length
}

function at(sorted: number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}
