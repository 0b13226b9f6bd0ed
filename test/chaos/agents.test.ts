// An agent of ten steps with three tool calls each is killed at many points. Whatever is lost, it reaches the same
// result: no recorded call is repeated, a call in progress is repeated with its key, and usage is counted once. The
// short form kills it a few times, `npm run test:chaos` a hundred times.
import { env } from 'cloudflare:workers'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { random } from '../engine/support/random.ts'
import { newPerson } from '../helpers/people.ts'
import { newSpec, runOf } from '../helpers/runs.ts'
import { checkEvents, checkIndex, checkOutcomes } from './support/check.ts'
import { disturb, type Fault } from './support/disturb.ts'
import { drive } from './support/drive.ts'
import { time } from './support/time.ts'

const { CHAOS_SEED, CHAOS_KILLS } = env as unknown as Record<string, string>
const SEED = Number(CHAOS_SEED || 1)
const RUNS = Number(CHAOS_KILLS || 8)

const STEPS = 10
const CALLS = 3

const POINTS = [
  'store.writeTurn:before',
  'store.writeTurn:after',
  'store.writeOutput:before',
  'store.writeOutput:after',
  'effect.start:before',
  'effect.start:after',
  'effect.take:before',
  'effect.take:after',
]

let teamId = ''

beforeAll(async () => {
  time.start()
  ;({ teamId } = await newPerson())
})
afterAll(() => time.stop())

const definitionFor = (name: string) => {
  const target = inject('httpTarget')
  const step = (n: number) =>
    Array.from({ length: CALLS }, (_, i) => `http.request POST ${target}/flaky/${name}?call=${n}.${i}`).join(
      ' and ',
    )
  const prompt = Array.from({ length: STEPS }, (_, n) => `${n + 1}. ${step(n)}`).join('\n')
  const tools = [{ name: 'http.request', config: { hosts: [new URL(target).host], methods: ['POST'] } }]
  return {
    nodes: [{ id: 'agent', type: 'ai.agent', params: { agent: { tools }, prompt: `Do this:\n${prompt}` } }],
  }
}

async function live(faults: readonly Fault[]) {
  const spec = newSpec({ nodes: [] }, { teamId })
  const definition = JSON.stringify(definitionFor(spec.runId))
  const disturbance = disturb(spec.runId, faults)
  try {
    const { view } = await drive({ ...spec, definition, definitionHash: definition }, disturbance)
    checkOutcomes(await checkEvents(view, disturbance))
    await checkIndex(view, disturbance)
    const { nodes = [] } = (await runOf(view.id).nodes({ limit: 1_000 })) ?? {}
    const attempts = new Map(nodes.map(({ path, attempt }) => [`${view.id}:${path}`, attempt]))
    const seen = (await (await fetch(`${inject('httpTarget')}/seen/${view.id}`)).json()) as { key: string }[]
    const times = Map.groupBy(seen, ({ key }) => key)
    for (const [key, calls] of times)
      if (calls.length > (attempts.get(key) ?? 0))
        throw new Error(`${key} came ${calls.length} times in ${attempts.get(key)} attempts`)
    // The run's usage equals that of its recorded calls, each counted once.
    let tokens = 0
    for (const { path, type } of nodes) {
      if (type !== 'ai.model') continue
      const { usage } = ((await runOf(view.id).node(path))?.output ?? {}) as {
        usage: { inputTokens: number }
      }
      tokens += usage.inputTokens
    }
    if (tokens === 0 || tokens !== view.cost.inputTokens)
      throw new Error(`The calls took ${tokens} tokens, and the run says ${view.cost.inputTokens}`)
    const { steps, finishReason } = view.output as { steps: number; finishReason: string }
    const { counts, hit } = disturbance
    return { hit: hit.length, counts, end: { status: view.status, steps, finishReason, keys: times.size } }
  } finally {
    disturbance.end()
  }
}

test(`an agent that is killed ${RUNS} times at random reaches the same result each time`, {
  timeout: 1_200_000,
}, async () => {
  const { end, counts } = await live([])
  expect(end).toEqual({ status: 'succeeded', keys: STEPS * CALLS, steps: STEPS + 1, finishReason: 'stop' })
  const dice = random(SEED)
  let killed = 0
  for (let run = 0; killed < RUNS && run < 2 * RUNS; run++) {
    const point = dice.pick(POINTS)
    const fault: Fault = {
      point,
      nth: 1 + dice.int(counts.get(point) ?? 1),
      mode: dice.chance(0.7) ? 'abort' : 'throw',
    }
    const killedOne = await live([fault])
    killed += killedOne.hit
    expect({ fault, ...killedOne.end }).toEqual({ fault, ...end })
  }
  expect(killed).toBe(RUNS)
})
