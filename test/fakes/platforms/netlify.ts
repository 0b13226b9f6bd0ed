// The part of Netlify that deployments use. Its published contract checks our requests in test/clients.
import { createHash, randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { sendJson } from '../serve.ts'
import { bytesOf, countAtOnce, fail, placeOf } from './log.ts'

type Deploy = {
  id: string
  site: string
  title: string
  draft: boolean
  state: string
  files: Record<string, string>
  required: string[]
}

const contents = new Map<string, Set<string>>()
const deploys = new Map<string, Deploy>()
const published = new Map<string, string>()

/** `/netlify/<site>/api/v1/…`: each test has its own Netlify. */
export async function netlify(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
  const [, , name = '', , , ...rest] = url.pathname.split('/').map(decodeURIComponent)
  const { method = 'GET' } = request
  const place = placeOf(`netlify/${name}`)
  if (rest[2] === 'files' && method === 'PUT') await countAtOnce(place, response)
  const body = await bytesOf(request)
  const path = `/${rest.join('/')}`
  if (fail(place, method, path + url.search, response)) return
  const answer = (status: number, json: unknown): void => {
    place.calls.push({ method, path, status })
    sendJson(response, status, json)
  }
  if (request.headers.authorization !== 'Bearer netlify-token-7f3a')
    return answer(401, { code: 401, message: 'Access Denied' })
  const known = contents.get(name) ?? new Set<string>()
  contents.set(name, known)
  const [what, id = '', part, ...more] = rest
  if (what === 'sites' && id !== `${name}.netlify.app`)
    return answer(404, { code: 404, message: 'Not Found' })
  if (what === 'sites' && part === 'files') {
    const deploy = deploys.get(published.get(name) ?? '')
    return answer(
      200,
      Object.entries(deploy?.files ?? {}).map(([at, sha]) => ({ id: at, path: at, sha })),
    )
  }
  if (what === 'sites' && part === 'deploys' && more[1] === 'restore') {
    published.set(name, more[0] ?? '')
    return answer(201, view(deploys.get(more[0] ?? '')))
  }
  if (what === 'sites' && part === 'deploys' && method === 'GET')
    return answer(200, [...deploys.values()].filter(({ site }) => site === name).map(view))
  if (what === 'sites' && part === 'deploys') {
    const {
      files,
      draft,
      async: inBackground,
    } = JSON.parse(body.toString()) as { files: Record<string, string>; draft: boolean; async: boolean }
    const required = [...new Set(Object.values(files))].filter((sha) => !known.has(sha))
    const deploy = {
      ...{ id: randomUUID(), site: name, title: url.searchParams.get('title') ?? '', draft, files, required },
      state: inBackground ? 'preparing' : required.length === 0 ? 'processing' : 'uploading',
    }
    deploys.set(deploy.id, deploy)
    return answer(200, view(deploy))
  }
  const deploy = deploys.get(id)
  if (deploy === undefined || deploy.site !== name) return answer(404, { code: 404, message: 'Not Found' })
  if (part === 'files') {
    const digest = createHash('sha1').update(body).digest('hex')
    if (deploy.files[`/${more.join('/')}`] !== digest)
      return answer(422, { code: 422, message: 'The digest does not fit' })
    known.add(digest)
    place.contents.set(digest, (place.contents.get(digest) ?? 0) + 1)
    deploy.required = deploy.required.filter((one) => one !== digest)
    deploy.state = deploy.required.length === 0 ? 'processing' : 'uploading'
    return answer(200, { path: `/${more.join('/')}`, sha: digest })
  }
  if (part === 'cancel') {
    deploy.state = 'error'
    return answer(201, view(deploy))
  }
  if (method === 'DELETE') {
    deploys.delete(id)
    return answer(204, null)
  }
  answer(200, view(deploy))
  // A deploy that is prepared in the background lists what it needs on the next request.
  if (deploy.state === 'preparing') deploy.state = deploy.required.length === 0 ? 'processing' : 'prepared'
  // It is done on the next request.
  if (deploy.state === 'processing') {
    deploy.state = 'ready'
    if (!deploy.draft) published.set(name, id)
  }
}

const view = (deploy: Deploy | undefined) =>
  deploy === undefined
    ? null
    : {
        ...{
          id: deploy.id,
          site_id: deploy.site,
          state: deploy.state,
          title: deploy.title,
          draft: deploy.draft,
        },
        ...(deploy.state === 'preparing' ? {} : { required: deploy.required }),
        ...{ ssl_url: `https://${deploy.site}.netlify.app` },
        deploy_ssl_url: `https://${deploy.id}--${deploy.site}.netlify.app`,
      }
