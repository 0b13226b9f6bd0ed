// Sends and receives bodies of any size, without keeping what it receives.
import { Agent, request } from 'node:http'

const agent = new Agent({ keepAlive: true, maxSockets: 64 })

export type Ask = {
  port: number
  method: 'GET' | 'POST' | 'PUT'
  path: string
  headers?: Record<string, string>
  body?: Buffer
}

/** Returns how many bytes were received. */
export function ask({
  port,
  method,
  path,
  headers = {},
  body,
}: Ask): Promise<{ bytes: number; text: string }> {
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': String(body.byteLength) }
    const sent = request(
      { port, host: '127.0.0.1', method, path, agent, headers: { ...headers, ...length } },
      (answer) => {
        let bytes = 0
        let text = ''
        answer.on('data', (piece: Buffer) => {
          bytes += piece.byteLength
          if (bytes < 65_536) text += piece.toString()
        })
        answer.on('error', reject)
        answer.on('end', () => {
          if ((answer.statusCode ?? 500) < 300) resolve({ bytes, text })
          else reject(new Error(`${method} ${path}: ${answer.statusCode} ${text}`))
        })
      },
    )
    sent.on('error', reject)
    sent.end(body)
  })
}

/** Calls per second of this many clients together. */
export async function rateOf(
  work: (n: number) => Promise<unknown>,
  clients: number,
  seconds: number,
): Promise<number> {
  let done = 0
  let next = 0
  const start = performance.now()
  const until = start + seconds * 1_000
  const client = async (): Promise<void> => {
    while (performance.now() < until) {
      await work(next++)
      done++
    }
  }
  await Promise.all(Array.from({ length: clients }, client))
  return done / ((performance.now() - start) / 1_000)
}
