// A checker with the SDK of Vercel: the SDK makes each call itself, and ours must have its method and path. Bodies
// are checked with its schemas.
import { Vercel } from '@vercel/sdk'
import { CreateDeploymentRequest$outboundSchema } from '@vercel/sdk/models/responsebodyimages.js'
import { serve } from '../../fakes/serve.ts'
import type { Exchange, Judge } from './exchange.ts'

const ID = 'judged'

/** What the SDK sends, with placeholders for ids. */
async function callsOfSdk(): Promise<{ method: string; fits: RegExp; query: Set<string> }[]> {
  const calls: { method: string; fits: RegExp; query: Set<string> }[] = []
  const recorder = await serve(() => (request, response) => {
    const url = new URL(request.url ?? '/', 'http://recorder')
    const fits = new RegExp(`^${url.pathname.replaceAll('.', '\\.').replaceAll(ID, '[^/]+')}$`)
    calls.push({ method: request.method ?? '', fits, query: new Set(url.searchParams.keys()) })
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  })
  const sdk = new Vercel({ serverURL: recorder.url, bearerToken: 'token' })
  const asked = [
    () => sdk.deployments.uploadFile({ xVercelDigest: 'digest', requestBody: new Uint8Array([1]) }),
    () =>
      sdk.deployments.createDeployment({
        ...{ forceNew: '1', skipAutoDetectionConfirmation: '1', teamId: ID },
        requestBody: { name: 'site', files: [] },
      }),
    () => sdk.deployments.getDeployment({ idOrUrl: ID }),
    () => sdk.deployments.getDeployments({ app: 'site', limit: 20 }),
    () => sdk.deployments.cancelDeployment({ id: ID }),
    () => sdk.deployments.deleteDeployment({ id: ID }),
    () => sdk.projects.getProject({ idOrName: ID }),
    () => sdk.projects.requestPromote({ projectId: ID, deploymentId: ID }),
  ]
  // The answers are empty, which the SDK rejects. Only the calls matter.
  for (const ask of asked) await ask().catch(() => undefined)
  await recorder.close()
  return calls
}

export async function judgeBySdk(): Promise<Judge> {
  const calls = await callsOfSdk()
  return (exchange: Exchange, fault) => {
    const path = exchange.path.replace(/^\/[^/]+/, '')
    const call = calls.find(({ method, fits }) => method === exchange.method && fits.test(path))
    if (call === undefined) {
      fault('is no call of the SDK')
      return exchange.answer
    }
    // No schema contains the filters by metadata.
    for (const name of exchange.query.keys())
      if (!call.query.has(name) && !name.startsWith('meta-')) fault(`has no query ${name}`)
    if (path !== '/v13/deployments' || exchange.method !== 'POST') return exchange.answer
    const requestBody = JSON.parse(exchange.body.toString()) as object
    const query = Object.fromEntries(exchange.query)
    const read = CreateDeploymentRequest$outboundSchema.safeParse({ ...query, requestBody })
    if (!read.success) fault(`body: ${read.error.message}`)
    // The SDK drops fields that are not in the schema.
    else if (ordered(read.data.RequestBody) !== ordered(requestBody))
      fault(`has fields that the schema does not name: ${JSON.stringify(requestBody)}`)
    return exchange.answer
  }
}

const ordered = (value: unknown): string =>
  JSON.stringify(value, (_key, one: unknown) =>
    typeof one === 'object' && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  )
