// What the fakes of platforms have received, by place. Tests query it over HTTP, and configure failures.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { sendJson } from '../serve.ts'

export type Call = { method: string; path: string; status: number; digest?: string; json?: unknown }

export type Place = {
  calls: Call[]
  /** The current and the highest number of contents in progress. */
  atOnce: { now: number; most: number }
  /** How often each content has arrived completely. */
  contents: Map<string, number>
  /** Answers for the next calls whose `method path` matches. */
  faults: { match: string; status: number; body: string; headers: Record<string, string>; times: number }[]
}

const places = new Map<string, Place>()

export function placeOf(name: string): Place {
  const known = places.get(name)
  if (known !== undefined) return known
  const place: Place = { calls: [], atOnce: { now: 0, most: 0 }, contents: new Map(), faults: [] }
  places.set(name, place)
  return place
}

export async function bytesOf(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = []
  for await (const piece of request) pieces.push(piece as Buffer)
  return Buffer.concat(pieces)
}

/** Counts a content until its answer is sent, which takes a moment, so that concurrent ones are noticed. */
export async function countAtOnce({ atOnce }: Place, response: ServerResponse): Promise<void> {
  atOnce.most = Math.max(atOnce.most, ++atOnce.now)
  response.once('close', () => atOnce.now--)
  await new Promise((passed) => setTimeout(passed, MOMENT_MS))
}

const MOMENT_MS = 15

/** True if a configured fault was used. */
export function fail(place: Place, method: string, path: string, response: ServerResponse): boolean {
  const fault = place.faults.find(
    ({ match, times }) => times > 0 && new RegExp(match).test(`${method} ${path}`),
  )
  if (fault === undefined) return false
  fault.times--
  place.calls.push({ method, path, status: fault.status })
  if (fault.status === 0) response.destroy()
  else response.writeHead(fault.status, fault.headers).end(fault.body)
  return true
}

/** `GET /_log/<name>` and `POST /_fault/<name>`, for tests. */
export async function control(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
  const [, what = '', ...rest] = url.pathname.split('/')
  const place = placeOf(decodeURIComponent(rest.join('/')))
  if (what === '_log')
    return sendJson(response, 200, {
      ...{ calls: place.calls, contents: Object.fromEntries(place.contents), atOnce: place.atOnce.most },
    })
  const fault = JSON.parse((await bytesOf(request)).toString()) as Partial<Place['faults'][number]>
  place.faults.push({ match: '.', status: 500, body: '', headers: {}, times: 1, ...fault })
  return sendJson(response, 200, {})
}
