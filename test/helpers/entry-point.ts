// Each call of a Durable Object and each batch of the queue imports the entry point of the Worker. The test plugin resolves its path and asks
// Vite whether it has changed each time: two questions to another process. During a run nothing changes, so the first answer is kept. Its
// queue consumer and objects report when they have finished some work, for tests that wait for it.
import { changed, eventually } from './changes.ts'

type Vitest = {
  __vitest_mocker__: { moduleRunner: { import: (path: string) => Promise<unknown> } }
  __vitest_worker__: { config: { watch: boolean }; providedContext: { cloudflarePoolOptions: string } }
}
type Method = (this: { ctx: DurableObjectState }, ...args: never[]) => unknown
type EntryPoint = Record<string, { prototype: Record<string, Method> }> & { default: { queue: Method } }

/** Calls that change something, by class. A run's host is observed in more detail by `faults.ts`. */
const WORK: Record<string, string[]> = {
  FlowGate: ['enter', 'leave', 'receive', 'alarm'],
  LiveHub: ['publish', 'deliver', 'close', 'webSocketClose', 'alarm'],
  MetricsHub: ['add'],
  TaskDesk: ['wake', 'alarm'],
  TeamSearch: ['put', 'remove'],
  WebhookSender: ['wake', 'alarm'],
}

const patched = new WeakSet<object>()
let begun = 0
let done = 0

/** Whether the consumer of the queue is at work. */
export const isConsuming = (): boolean => begun > done

/** Waits until the consumer has finished the batch that it is at. */
export async function nextBatch(): Promise<void> {
  const before = done
  await eventually(() => {
    if (done === before && isConsuming()) throw new Error('The consumer is still at work')
  })
}

export function importEntryPointOnce(): void {
  const { __vitest_mocker__, __vitest_worker__ } = globalThis as unknown as Vitest
  const { moduleRunner } = __vitest_mocker__
  if (__vitest_worker__.config.watch || patched.has(moduleRunner)) return
  patched.add(moduleRunner)
  const { main } = JSON.parse(__vitest_worker__.providedContext.cloudflarePoolOptions) as { main: string }
  const importAny = moduleRunner.import.bind(moduleRunner)
  let loaded: Promise<unknown> | undefined
  moduleRunner.import = async (path) => {
    if (path !== main) return importAny(path)
    loaded ??= importAny(path).then((entryPoint) => observed(entryPoint as EntryPoint))
    return loaded
  }
}

function observed(entryPoint: EntryPoint): EntryPoint {
  const { queue } = entryPoint.default
  entryPoint.default.queue = async function (...args) {
    begun++
    try {
      await queue.apply(this, args)
    } finally {
      done++
      changed()
    }
  }
  for (const [name, calls] of Object.entries(WORK)) {
    const { prototype } = entryPoint[name] as EntryPoint[string]
    for (const call of calls) {
      const method = prototype[call]
      if (typeof method !== 'function') throw new Error(`${name} has no method ${call}`)
      prototype[call] = observedCall(method)
    }
  }
  return entryPoint
}

const observedCall = (call: Method): Method =>
  async function (...args) {
    observeAlarm(this.ctx.storage)
    try {
      return await call.apply(this, args)
    } finally {
      changed()
    }
  }

/** Work that no caller waits for ends when the object sets or deletes its alarm. */
function observeAlarm(storage: DurableObjectStorage): void {
  if (patched.has(storage)) return
  patched.add(storage)
  for (const name of ['setAlarm', 'deleteAlarm'] as const) {
    const call = storage[name].bind(storage) as (...args: unknown[]) => Promise<void>
    storage[name] = async (...args: unknown[]) => {
      await call(...args)
      changed()
    }
  }
}
