// The platform's rate limiters on this machine. Miniflare's write every request to one SQLite file (0.5 ms each, 2,000 per second for all keys
// together). These count the same fixed windows in the memory of a separate Worker, in a fifth of the time. The counts are lost with the process, which
// is fine for an approximate limit.
import type { WorkerOptions } from './bundle.ts'

const NAME = 'rate-limits'

const SCRIPT = `import { WorkerEntrypoint } from 'cloudflare:workers'

const windows = new Map()

export class RateLimit extends WorkerEntrypoint {
  limit({ key }) {
    const { name, limit, period } = this.ctx.props
    const number = Math.floor(Date.now() / (period * 1000))
    let window = windows.get(name)
    if (window?.number !== number) windows.set(name, (window = { number, counts: new Map() }))
    const count = (window.counts.get(key) ?? 0) + 1
    window.counts.set(key, count)
    return { success: count <= limit }
  }
}

export default {}
`

/** The Worker with its limiters bound to the counting Worker, and that Worker. */
export function withLocalRateLimits<
  T extends Pick<WorkerOptions, 'ratelimits' | 'serviceBindings' | 'compatibilityDate'>,
>(worker: T) {
  const { ratelimits = {}, ...rest } = worker
  const bindings = Object.entries(ratelimits).map(([name, { simple }]) => [
    name,
    { name: NAME, entrypoint: 'RateLimit', props: { name, ...simple } },
  ])
  return {
    worker: { ...rest, serviceBindings: { ...rest.serviceBindings, ...Object.fromEntries(bindings) } },
    counting: { name: NAME, modules: true, script: SCRIPT, compatibilityDate: worker.compatibilityDate },
  }
}
