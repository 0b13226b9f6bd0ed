// Objects of another team, created like that team would create them, so that a 404 proves something.
import { env } from 'cloudflare:workers'
import { type IdPrefix, newId } from '../../../src/core/ids.ts'
import { call, get, post } from '../../helpers/api.ts'
import { eventually } from '../../helpers/changes.ts'
import { clock } from '../../helpers/clock.ts'
import { newCallback, newNotification } from '../../helpers/deliveries.ts'
import { newPerson, newTeam, type Person } from '../../helpers/people.ts'
import { newTrigger } from '../../helpers/triggers.ts'
import { newWorkflow } from '../../helpers/workflows.ts'
import { bucketOf, deploy, fresh, upload } from '../../modules/deployments/deployments.ts'
import { socket } from '../../modules/realtime/sockets.ts'
import { fillPath, prefixOf, type Segment, segmentsOf } from './paths.ts'
import { bodyFor, type GuardedRoute, guardedRoutes, queryFor } from './routes.ts'

/** `values` are those of the preceding parameters. */
type Maker = (owner: Person, values: Record<string, string>) => Promise<string>

/** For objects that are not created by a POST to their list. */
const MAKERS: Partial<Record<IdPrefix, Maker>> = {
  team: async (owner) => owner.teamId,
  ses: async (owner) => owner.sessionId,
  usr: async (owner) => owner.userId,
  wf: async (owner) => {
    const id = await newWorkflow(owner.teamId, SAMPLE)
    await newTrigger(owner.teamId, id, { type: 'webhook', key: 'sample' })
    return id
  },
  apr: async (owner) => {
    const workflowId = await newWorkflow(owner.teamId, ASKING)
    const run = await post(`/api/v1/workflows/${workflowId}/execute`, owner, {})
    const query = `/api/v1/approvals?runId=${run.body.id}`
    return eventually(async () => (await get(query, owner)).body.items[0].id)
  },
  file: async (owner) => {
    const headers = { 'x-filename': `${crypto.randomUUID()}.txt` }
    return (await call('POST', '/api/v1/files/upload', { as: owner, raw: 'sample', headers })).body.id
  },
  lnk: async (owner) => {
    const made = await post('/api/v1/files/uploads/link', owner, {})
    return made.body.id
  },
  tsk: async (owner) => (await post('/api/v1/tasks', owner, { title: 'Sample', type: 'custom' })).body.id,
  dep: async (owner) => {
    const { id: integrationId } = await bucketOf(owner, fresh())
    await upload(owner, 'sample/index.html', '<!doctype html><p>')
    const source = { prefix: 'sample' }
    const asked = { platform: 'aws-s3', integrationId, project: '/', source, production: true }
    return (await deploy(owner, asked)).id
  },
  ntf: async (owner) => newNotification(owner),
  msg: async () => {
    const id = newId('msg', clock.now())
    await env.DB.prepare(
      "INSERT INTO outbox (id, type, body, request_id, status, next_at, created_at) VALUES (?, 'sample', '{}', 'req', 'dead', 0, 0)",
    )
      .bind(id)
      .run()
    return id
  },
  // Of an endpoint, or else one of the callbacks.
  dlv: async (owner, { id }) =>
    id === undefined
      ? newCallback(owner.teamId)
      : (await post(`/api/v1/webhooks/${id}/test`, owner, {})).body.id,
  ann: async (owner) => {
    const { token } = await newPerson({ platformRole: 'admin' })
    const body = { title: 'Sample', message: 'Sample', audience: { teamId: owner.teamId } }
    return (await post('/api/v1/realtime/broadcast/system-announcement', { token }, body)).body.id
  },
  flw: async (owner) => {
    await socket(owner, ['runs'])
    const { body } = await get('/api/v1/realtime/subscriptions/status', owner)
    return body.items[0].id
  },
  imp: async (owner) => {
    const raw = new TextEncoder().encode('date,provider,costUsd')
    const headers = { 'x-filename': 'sample.csv' }
    const file = await call('POST', '/api/v1/files/upload', { as: owner, raw, headers })
    return (await post('/api/v1/costs/import', owner, { fileId: file.body.id })).body.id
  },
  run: async (owner) => {
    const started = await post(
      `/api/v1/workflows/${await newWorkflow(owner.teamId, SAMPLE)}/execute`,
      owner,
      {},
    )
    return started.body.id
  },
}

const ASKING = { nodes: [{ id: 'ask', type: 'flow.approval', params: { title: 'Sure?' } }] }

/** Its node and its trigger have the names that path parameters are filled with. */
const SAMPLE = { nodes: [{ id: 'sample', type: 'flow.noop' }] }

/** Objects with an id or a name, by path. */
const BY_PATH: Record<string, Record<string, Maker | undefined>> = {
  '/api/v1/files/:id': { id: MAKERS.file },
}

/** The parameters of a route that identify an object by its id, except the team's own. */
export const idParams = (route: GuardedRoute): (Segment & { kind: 'param' })[] =>
  segmentsOf(route.path).filter(
    (segment): segment is Segment & { kind: 'param' } =>
      segment.kind === 'param' && prefixOf(segment) !== null && segment.name !== route.access.teamParam,
  )

export type Foreign = { owner: Person; values: Record<string, string> }

/** Another team, with all objects in the route's path. */
export async function makeForeign(route: GuardedRoute): Promise<Foreign> {
  const { owner, join } = await newTeam()
  const member = await join('member')
  const values: Record<string, string> = {}
  if (route.access.teamParam !== null) values[route.access.teamParam] = owner.teamId
  for (const segment of segmentsOf(route.path)) {
    const make = segment.kind === 'param' ? BY_PATH[route.path]?.[segment.name] : undefined
    if (segment.kind === 'param' && make !== undefined) values[segment.name] = await make(owner, values)
  }
  for (const segment of idParams(route)) {
    const prefix = prefixOf(segment) as IdPrefix
    const maker = MAKERS[prefix]
    // A member of the other team. Its owner could be in ours as well.
    if (prefix === 'usr') values[segment.name] = member.userId
    else
      values[segment.name] = maker
        ? await maker(owner, values)
        : await makeByPost(route, segment, owner, values)
  }
  return { owner, values }
}

async function makeByPost(
  route: GuardedRoute,
  segment: Segment & { kind: 'param' },
  owner: Person,
  values: Record<string, string>,
): Promise<string> {
  const list = route.path.slice(0, route.path.indexOf(`/:${segment.name}`))
  const maker = guardedRoutes.find((one) => one.method === 'POST' && one.path === list)
  if (!maker) {
    throw new Error(
      `Nothing makes the ${segment.name} of ${route.name} by POST ${list}: put a maker into test/contract/support/foreign.ts`,
    )
  }
  const made = await post(fillPath(list, values), owner, bodyFor(maker))
  if (made.status >= 300)
    throw new Error(`POST ${list} answered ${made.status} to a made-up body: ${made.text}`)
  return made.body.id
}

export const ask = (
  route: GuardedRoute,
  as: { token: string; teamId?: string },
  values: Record<string, string>,
  headers: Record<string, string> = {},
  body: unknown = bodyFor(route),
) =>
  call(route.method, fillPath(route.path, values) + queryFor(route), {
    as,
    headers,
    ...(body === undefined ? {} : { body }),
  })
