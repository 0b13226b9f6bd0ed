// The client of the benchmarks, in its own thread: keep-alive connections that each send the next request when the
// previous answer is complete. It uses plain sockets, so that it takes little of the machine that it shares with the
// server.
import { connect, type Socket } from 'node:net'
import { parentPort } from 'node:worker_threads'

export type LoadOrder = {
  port: number
  clients: number
  seconds: number
  /** Stops after this many requests. */
  requests?: number
  method: string
  /** `{n}` in a body is replaced by a number that is used once. */
  path: string
  /** `{id}` in a path is replaced by one of these, in turn. */
  ids?: string[]
  headers: Record<string, string>
  body?: string
  expect: number
  /** The text that a correct body contains. */
  expectText?: string
}
export type LoadResult = {
  requests: number
  seconds: number
  p50: number
  p99: number
  errors: number
  error?: string
}

const END_OF_HEAD = Buffer.from('\r\n\r\n')
const END_OF_CHUNKS = Buffer.from('\r\n0\r\n\r\n')

let used = 0

async function run(order: LoadOrder): Promise<LoadResult> {
  const times: number[] = []
  const result: LoadResult = { requests: 0, seconds: 0, p50: 0, p99: 0, errors: 0 }
  const clients = await Promise.all(Array.from({ length: order.clients }, () => open(order.port)))
  const most = order.requests ?? Number.POSITIVE_INFINITY
  let begun = 0
  const start = performance.now()
  const until = start + order.seconds * 1000
  await Promise.all(
    clients.map(async (client) => {
      while (performance.now() < until && begun++ < most) {
        const sent = performance.now()
        const { status, text } = await client.send(write(order))
        times.push(performance.now() - sent)
        if (status !== order.expect || (order.expectText && !text().includes(order.expectText))) {
          result.errors++
          result.error ??= `${status} ${text().slice(0, 300)}`
        }
      }
      client.close()
    }),
  )
  times.sort((a, b) => a - b)
  result.requests = times.length
  result.seconds = (performance.now() - start) / 1000
  result.p50 = times[Math.floor(times.length * 0.5)] ?? 0
  result.p99 = times[Math.floor(times.length * 0.99)] ?? 0
  return result
}

function write(order: LoadOrder): string {
  const number = String(used++)
  const id = order.ids?.[(used * 7919) % order.ids.length] ?? ''
  const body = order.body?.replaceAll('{n}', number) ?? ''
  let head = `${order.method} ${order.path.replace('{id}', id)} HTTP/1.1\r\nhost: localhost\r\n`
  for (const [name, value] of Object.entries(order.headers)) head += `${name}: ${value}\r\n`
  if (order.body !== undefined) head += `content-length: ${Buffer.byteLength(body)}\r\n`
  return `${head}\r\n${body}`
}

type Answer = { status: number; text: () => string }
type Client = { send: (request: string) => Promise<Answer>; close: () => void }

function open(port: number): Promise<Client> {
  return new Promise((resolve, reject) => {
    const socket: Socket = connect({ port, host: '127.0.0.1', noDelay: true })
    let seen = Buffer.alloc(0)
    let done: ((answer: Answer) => void) | null = null
    let fail: (error: Error) => void = reject
    socket.on('error', (error) => fail(error))
    socket.on('close', () => fail(new Error('the server closed the connection')))
    socket.on('data', (data) => {
      seen = seen.length === 0 ? data : Buffer.concat([seen, data])
      if (!isComplete(seen)) return
      const whole = seen
      seen = Buffer.alloc(0)
      done?.({ status: Number(whole.toString('latin1', 9, 12)), text: () => whole.toString() })
    })
    socket.on('connect', () =>
      resolve({
        send: (request) =>
          new Promise((answered, failed) => {
            done = answered
            fail = failed
            socket.write(request)
          }),
        close: () => {
          fail = () => undefined
          socket.destroy()
        },
      }),
    )
  })
}

function isComplete(answer: Buffer): boolean {
  const head = answer.indexOf(END_OF_HEAD)
  if (head < 0) return false
  const length = /\r\ncontent-length: (\d+)/i.exec(answer.toString('latin1', 0, head))?.[1]
  if (length !== undefined) return answer.length >= head + 4 + Number(length)
  return answer.subarray(-END_OF_CHUNKS.length).equals(END_OF_CHUNKS) || answer.length === head + 4
}

parentPort?.on('message', (order: LoadOrder) => {
  run(order).then(
    (result) => parentPort?.postMessage(result),
    (error: Error) => parentPort?.postMessage({ error: error.message, errors: 1 }),
  )
})
