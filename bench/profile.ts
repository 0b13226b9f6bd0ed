// Where the Worker spends its time: V8's sampling profiler, through the inspector of the runtime. It sees the
// Worker's own JavaScript. Waiting for D1, and the work of D1, count as idle.
type Node = {
  id: number
  callFrame: { functionName: string; url: string; lineNumber: number; columnNumber: number }
}
type Profile = { nodes: Node[]; samples: number[]; timeDeltas: number[] }

export type Inspector = {
  ask: <T>(method: string, params?: object) => Promise<T>
  close: () => void
}

export async function inspect(inspectorPort: number | undefined): Promise<Inspector> {
  const targets = (await (await fetch(`http://127.0.0.1:${inspectorPort}/json`)).json()) as {
    id: string
    webSocketDebuggerUrl: string
  }[]
  const target = targets.find(({ id }) => /^core:user:(orrery|bare|engine-baseline)$/.test(id))
  if (!target) throw new Error(`Nothing to inspect among ${targets.map(({ id }) => id).join(', ')}`)
  const socket = new WebSocket(target.webSocketDebuggerUrl)
  await new Promise((resolve) => socket.addEventListener('open', resolve, { once: true }))
  let next = 0
  const ask = <T>(method: string, params: object = {}): Promise<T> =>
    new Promise((resolve, reject) => {
      const id = ++next
      const answered = (event: { data: unknown }) => {
        const answer = JSON.parse(String(event.data)) as {
          id?: number
          result: T
          error?: { message: string }
        }
        if (answer.id !== id) return
        socket.removeEventListener('message', answered)
        if (answer.error) reject(new Error(answer.error.message))
        else resolve(answer.result)
      }
      socket.addEventListener('message', answered)
      socket.send(JSON.stringify({ id, method, params }))
    })
  return { ask, close: () => socket.close() }
}

export async function profile(
  inspectorPort: number | undefined,
  work: () => Promise<unknown>,
): Promise<string> {
  const { ask, close } = await inspect(inspectorPort)
  await ask('Profiler.enable')
  await ask('Profiler.setSamplingInterval', { interval: 200 })
  await ask('Profiler.start')
  await work()
  const { profile } = await ask<{ profile: Profile }>('Profiler.stop')
  close()
  return JSON.stringify(profile)
}

/** The functions with the most time of their own, as a share of the total. */
export function topFunctions(text: string, most: number): { name: string; share: number }[] {
  const { nodes, samples, timeDeltas } = JSON.parse(text) as Profile
  const nameOf = new Map(
    nodes.map(({ id, callFrame: { functionName, lineNumber, columnNumber } }) => [
      id,
      functionName.startsWith('(')
        ? functionName
        : `${functionName || 'anonymous'} ${lineNumber}:${columnNumber}`,
    ]),
  )
  const times = new Map<string, number>()
  let total = 0
  samples.forEach((id, index) => {
    const name = nameOf.get(id) ?? ''
    const time = timeDeltas[index] ?? 0
    total += time
    times.set(name, (times.get(name) ?? 0) + time)
  })
  return [...times]
    .map(([name, time]) => ({ name, share: time / total }))
    .sort((a, b) => b.share - a.share)
    .slice(0, most)
}
