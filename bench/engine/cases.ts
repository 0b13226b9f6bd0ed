// What is measured: each case alone, one request after the other, and those that are also measured under load.
import type { LoadOrder } from '../load.ts'
import { startAndWait } from './client.ts'
import type { Baseline, Engine } from './servers.ts'
import { answered, calls, each, itemsOf, line } from './workloads.ts'

export type Case = {
  name: string
  what: string
  order: Omit<LoadOrder, 'clients' | 'seconds'>
  /** The process that answers. */
  pid: number
  /** Requests in a row, in each round. */
  inRow: number
  underLoad: boolean
}

export const LENGTHS = [10, 100, 250, 500, 750, 1_000]
export const ITEMS = [10, 1_000, 10_000]

export async function casesOf(baseline: Baseline, engine: Engine, echo: string): Promise<Case[]> {
  const base = (name: string, what: string, path: string): Case => ({
    name,
    what,
    pid: baseline.pid,
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
    }: { input?: unknown; inRow?: number; underLoad?: boolean } = {},
  ): Promise<Case> => {
    const order = startAndWait(engine, await engine.newWorkflow(definition), input)
    return { name, what, order, pid: engine.pid, inRow, underLoad }
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
  const { triggers } = await engine.call<{ triggers: { url: string }[] }>(
    'GET',
    `/api/v1/workflows/${workflowId}/triggers`,
  )
  return {
    name: 'W3',
    what: 'webhook, set, respond',
    pid: engine.pid,
    order: {
      port: engine.port,
      method: 'POST',
      path: new URL(triggers[0]?.url ?? '').pathname,
      headers: { 'content-type': 'application/json' },
      body: '{"name":"{n}"}',
      expect: 200,
      expectText: '"hello"',
    },
    inRow: 40,
    underLoad: true,
  }
}
