// The measured cases: each alone, one request after another. Some are also measured under load.
import type { LoadOrder } from '../load.ts'
import { startAndWait } from './client.ts'
import type { Restate } from './restate.ts'
import type { Baseline, Engine } from './servers.ts'
import { answered, calls, each, itemsOf, line, oneCall } from './workloads.ts'

export type Case = {
  name: string
  what: string
  order: Omit<LoadOrder, 'clients' | 'seconds'>
  /** The server processes. */
  pids: number[]
  /** Sequential requests in each round. */
  inRow: number
  underLoad: boolean
  /** Also measured once with a thousand requests at the same time. */
  atOnce?: boolean
}

export const LENGTHS = [10, 100, 250, 500, 750, 1_000]
export const ITEMS = [10, 1_000, 10_000]

/** The same workloads for Restate. The name is that of our case with an `R` in front. */
export function restateCases({ port, pids }: Restate, echo: string): Case[] {
  const one = (
    of: string,
    what: string,
    handler: string,
    input: unknown,
    more: Partial<Case> = {},
  ): Case => ({
    name: `R${of}`,
    what: `Restate: ${what}`,
    pids,
    order: {
      ...{ port, method: 'POST', path: `/bench/${handler}`, headers: { 'content-type': 'application/json' } },
      ...{ body: JSON.stringify(input), expect: 200 },
    },
    inRow: 40,
    underLoad: false,
    ...more,
  })
  const url = `http://${echo}/`
  return [
    one('L10', 'ten recorded steps', 'line', { length: 10 }, { underLoad: true }),
    one('W3', 'a call, a step, an answer', 'answer', { name: '{n}' }, { underLoad: true }),
    one('F100', '100 steps side by side, and one that joins them', 'each', itemsOf(100)),
    one('H5', 'five calls, one after the other', 'calls', { url }, { underLoad: true }),
    one('B1', 'a step and a call', 'call', { url }, { atOnce: true }),
    ...[10, 100, 500, 1_000].map((length) =>
      one(`G${length}`, `${length} steps in a line`, 'line', { length }, { inRow: length > 100 ? 5 : 20 }),
    ),
  ]
}

export async function casesOf(baseline: Baseline, engine: Engine, echo: string): Promise<Case[]> {
  const base = (name: string, what: string, path: string): Case => ({
    name,
    what,
    pids: [baseline.pid],
    order: { port: baseline.port, method: 'POST', path, headers: {}, body: '', expect: 200 },
    inRow: 40,
    underLoad: true,
  })
  const ours = async (
    name: string,
    what: string,
    definition: object,
    {
      input = null,
      inRow = 40,
      underLoad = false,
      atOnce = false,
    }: { input?: unknown; inRow?: number; underLoad?: boolean; atOnce?: boolean } = {},
  ): Promise<Case> => {
    const order = startAndWait(engine, await engine.newWorkflow(definition), input)
    return { name, what, order, pids: [engine.pid], inRow, underLoad, atOnce }
  }
  return [
    base('object', 'a bare new object that writes ten rows', '/object'),
    base('object+d1', 'the same with a D1 read before and a D1 row after', '/object-and-index'),
    base('object+calls', 'a bare new object that makes the five calls of H5', `/object-and-calls?to=${echo}`),
    base('cf', 'Cloudflare Workflows, ten `step.do`', '/workflow'),
    await ours('L10', 'ten recorded steps', line(10), { underLoad: true }),
    await webhook(engine),
    await ours('F100', 'a step for each of 100 items, and a join', each, { input: itemsOf(100) }),
    await ours('H5', 'five calls to a local echo, one after the other', calls(`http://${echo}/`), {
      underLoad: true,
    }),
    await ours('B1', 'a step and a call', oneCall(`http://${echo}/`), { atOnce: true }),
    ...(await Promise.all(
      LENGTHS.map((length) => ours(`G${length}`, `${length} steps in a line`, line(length), { inRow: 20 })),
    )),
    ...(await Promise.all(
      ITEMS.map((items) =>
        ours(`M${items}`, `${items} items`, each, { input: itemsOf(items), inRow: items > 1_000 ? 4 : 12 }),
      ),
    )),
  ]
}

async function webhook(engine: Engine): Promise<Case> {
  const workflowId = await engine.newWorkflow(answered, [
    { key: 'hook', type: 'webhook', respond: 'on-respond' },
  ])
  const { items } = await engine.call<{ items: { url: string }[] }>(
    'GET',
    `/api/v1/workflows/${workflowId}/triggers`,
  )
  return {
    name: 'W3',
    what: 'webhook, set, respond',
    pids: [engine.pid],
    order: {
      port: engine.port,
      method: 'POST',
      path: new URL(items[0]?.url ?? '').pathname,
      headers: { 'content-type': 'application/json' },
      body: '{"name":"{n}"}',
      expect: 200,
      expectText: '"hello"',
    },
    inRow: 40,
    underLoad: true,
  }
}
