// The part of Vercel that deployments use.
import { createHash, randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { sendJson } from '../serve.ts'
import { bytesOf, fail, placeOf } from './log.ts'

type Made = {
  id: string
  name: string
  readyState: string
  target: string | null
  meta: Record<string, string>
  files: { file: string; sha: string; size: number }[]
}

const contents = new Map<string, Set<string>>()
const deployments = new Map<string, Made[]>()
const promoted = new Map<string, string>()

/** `/vercel/<name>/…`: each test has its own Vercel. */
export async function vercel(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
  const [, , account = '', , ...rest] = url.pathname.split('/').map(decodeURIComponent)
  const { method = 'GET' } = request
  const place = placeOf(`vercel/${account}`)
  const body = await bytesOf(request)
  const path = `/${url.pathname.split('/').slice(3).join('/')}`
  if (fail(place, method, path + url.search, response)) return
  const answer = (status: number, json: unknown): void => {
    place.calls.push({ method, path, status })
    sendJson(response, status, json)
  }
  if (request.headers.authorization !== 'Bearer vercel-token-7f3a')
    return answer(403, {
      error: { code: 'forbidden', message: 'The request is missing a valid token', invalidToken: true },
    })
  const known = contents.get(account) ?? new Set<string>()
  contents.set(account, known)
  const all = deployments.get(account) ?? []
  deployments.set(account, all)
  const [what, id, verb] = rest
  if (what === 'files') {
    const digest = createHash('sha1').update(body).digest('hex')
    if (request.headers['x-vercel-digest'] !== digest)
      return answer(400, { error: { code: 'bad_request', message: 'Invalid digest' } })
    known.add(digest)
    place.contents.set(digest, (place.contents.get(digest) ?? 0) + 1)
    return answer(200, { urls: [] })
  }
  if (what === 'projects' && verb === 'promote') {
    promoted.set(account, rest[3] ?? '')
    return answer(201, {})
  }
  if (what === 'projects') return answer(200, { id: `prj_${id}`, name: id })
  if (what === 'deployments' && id === undefined && method === 'GET')
    return answer(200, {
      deployments: all.map((one) => ({
        uid: one.id,
        name: one.name,
        meta: one.meta,
        url: `${one.id}.vercel.app`,
      })),
    })
  if (what === 'deployments' && id === undefined) {
    const asked = JSON.parse(body.toString()) as Omit<Made, 'id' | 'readyState'>
    const missing = [...new Set(asked.files.map(({ sha }) => sha))].filter((sha) => !known.has(sha))
    if (missing.length > 0)
      return answer(400, { error: { code: 'missing_files', message: 'Missing files', missing } })
    const made = {
      ...asked,
      id: `dpl_${randomUUID().slice(0, 8)}`,
      readyState: 'QUEUED',
      target: asked.target ?? null,
    }
    all.push(made)
    return answer(200, view(made))
  }
  const one = all.find((made) => made.id === id)
  if (one === undefined) return answer(404, { error: { code: 'not_found', message: 'Deployment not found' } })
  if (verb === 'cancel') one.readyState = 'CANCELED'
  if (method === 'DELETE') all.splice(all.indexOf(one), 1)
  answer(200, view(one))
  if (one.readyState === 'QUEUED') one.readyState = 'READY'
}

const view = (made: Made) => ({
  ...{ id: made.id, name: made.name, readyState: made.readyState, target: made.target, meta: made.meta },
  url: `${made.id}.vercel.app`,
  alias: made.target === 'production' ? [`${made.name}.vercel.app`] : [],
  aliasAssigned: made.readyState === 'READY',
})
