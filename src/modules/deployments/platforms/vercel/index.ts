// Vercel: contents are uploaded by their SHA-1, then a deployment refers to them. While contents are missing, it is
// refused with a list of them. Invariant: a deployment creates one deployment at Vercel. Its metadata contains our
// id, so one that was created before a crash is found.
import { AppError } from '../../../../core/errors.ts'
import type { Json } from '../../../../core/json.ts'
import type { Explain, PlatformAnswer, PlatformRequest } from '../answer.ts'
import { vercelConfig } from '../config-files.ts'
import { replyOf } from '../faults.ts'
import type { Checked, Platform, Site, SiteFile, Standing } from '../platform.ts'
import {
  bodyOf,
  type Fields,
  fieldsOf,
  firstOfEach,
  hiddenBy,
  listOf,
  removedFrom,
  textIn,
  textsOf,
  withText,
} from '../shared.ts'

const FREE_UPLOADS_A_DAY = 5_000
const FREE_DEPLOYMENTS_A_DAY = 100
const META = 'orreryDeployment'

export const vercel: Platform = {
  id: 'vercel',
  name: 'Vercel',
  integrationTypes: ['vercel'],
  project: 'The name of a project. One that is not there is made.',
  settings: ['headers', 'redirects', 'spaFallback', 'freePlan'],
  previews: true,
  limits: { files: 10_000, fileBytes: 50 * 1024 ** 2, bytes: 500 * 1024 ** 2 },
  notes: [
    'Files are published as they are: nothing is built or installed.',
    'Headers, redirects and the fallback become `vercel.json`.',
    `The free plan takes ${FREE_UPLOADS_A_DAY} uploads and ${FREE_DEPLOYMENTS_A_DAY} deployments a day. Those of this integration are counted beforehand, unless settings.freePlan is false.`,
  ],
  digest: 'sha1',
  uploadsAtOnce: 6,
  batch: { files: 50, bytes: 32 * 1024 ** 2 },
  judgeProject: (project) =>
    /^[a-z0-9][a-z0-9._-]{0,99}$/.test(project) && !project.includes('---')
      ? null
      : 'a name of up to 100 small letters, digits, ".", "_" and "-", without "---"',

  complete: (entries, settings) =>
    withText(entries, 'vercel.json', vercelConfig(settings), 'application/json'),

  refusals: ({ settings }, files, today) => {
    const over = (what: string, most: number): { code: string; message: string } => ({
      code: 'deployment.limit_reached',
      message: `The free plan of Vercel allows ${most} ${what} a day (api-upload-free). This deployment would exceed that. Wait until tomorrow, or set settings.freePlan to false if you have another plan.`,
    })
    return [
      ...hiddenBy(files, 'vercel.json', vercelConfig(settings) !== null, 'settings'),
      ...(settings.freePlan !== false && today.uploads > FREE_UPLOADS_A_DAY
        ? [over('uploads', FREE_UPLOADS_A_DAY)]
        : []),
      ...(settings.freePlan !== false && today.deployments >= FREE_DEPLOYMENTS_A_DAY
        ? [over('deployments', FREE_DEPLOYMENTS_A_DAY)]
        : []),
    ]
  },

  compare: async (site, files, published, dry) => {
    const removed = removedFrom(files, published)
    if (dry) {
      // Vercel only reports missing contents when a deployment is created. Contents of the last deployment are there.
      const there = new Set((published ?? []).map(({ digest }) => digest))
      const missing = files.map(({ digest }) => digest).filter((one) => !there.has(one))
      return { send: firstOfEach(files, new Set(missing)), removed }
    }
    const made = await makeOrFind(site, files)
    return 'missing' in made
      ? { send: firstOfEach(files, new Set(made.missing)), removed }
      : { ...made, send: new Set(), removed }
  },

  isThere: async (site, file, files) => {
    const made = await askedOnce(site, files)
    return !('missing' in made) || !made.missing.includes(file.digest)
  },

  send: async (site, file, open) => {
    await ask(site, {
      method: 'POST',
      url: '/v2/files',
      headers: { 'content-type': 'application/octet-stream', 'x-vercel-digest': file.digest },
      body: bodyOf(file, open),
    })
  },

  publish: async (site, files) => {
    if (site.deployment.platformId !== null) return {}
    return makeOrFind(site, files)
  },

  check: async (site): Promise<Checked> => {
    const { json } = await ask(site, { method: 'GET', url: `/v13/deployments/${idOf(site)}` })
    const deployment = fieldsOf(json)
    const { readyState, aliasAssigned, aliasError, target } = deployment
    const standing = standingOf(deployment)
    const failed = (message: string): Checked => ({ ...standing, status: 'failed', message })
    if (readyState === 'ERROR' || readyState === 'CANCELED')
      return failed(
        `Vercel did not finish the deployment (${readyState}): ${textIn(deployment.errorMessage) ?? 'no reason given'}`,
      )
    const aliasFault = textIn(fieldsOf(aliasError).message)
    if (aliasFault !== null) return failed(`Vercel could not give the site its address: ${aliasFault}`)
    const isSeen =
      target !== 'production' ||
      (aliasAssigned !== undefined && aliasAssigned !== null && aliasAssigned !== false)
    return { ...standing, status: readyState === 'READY' && isSeen ? 'ready' : 'processing' }
  },

  restore: {
    promote: true,
    run: async (site, earlier) => {
      const { json } = await ask(site, {
        method: 'GET',
        url: `/v9/projects/${encodeURIComponent(site.project)}`,
      })
      const projectId = encodeURIComponent(textIn(fieldsOf(json).id) ?? site.project)
      const id = encodeURIComponent(earlier.platformId ?? '')
      await ask(site, { method: 'POST', url: `/v10/projects/${projectId}/promote/${id}`, json: {} })
      return earlier.platformId === null ? {} : { platformId: earlier.platformId }
    },
  },

  cancel: async (site) => {
    await ask(site, { method: 'PATCH', url: `/v12/deployments/${idOf(site)}/cancel`, also: [400, 404, 409] })
  },

  remove: async (site) => {
    if (site.deployment.platformId !== null)
      await ask(site, { method: 'DELETE', url: `/v13/deployments/${idOf(site)}`, also: [404] })
  },
}

const idOf = ({ deployment }: Site): string => encodeURIComponent(deployment.platformId ?? '')

/** The token may belong to a team. */
function ask(site: Site, { url, ...request }: PlatformRequest): Promise<PlatformAnswer> {
  const address = new URL(site.baseUrl + url)
  const teamId = textIn(site.config.teamId as Json)
  if (teamId !== null) address.searchParams.set('teamId', teamId)
  return site.call({ explain: explainVercel, ...request, url: address.href })
}

const explainVercel: Explain = (answer) => {
  const { code, limit, invalidToken } = fieldsOf(fieldsOf(answer.json).error)
  const reply = replyOf(answer)
  if (code === 'api-upload-free' || code === 'api-deployments-free-per-day') {
    const reset = Number(fieldsOf(limit).reset)
    const wait = Number.isFinite(reset)
      ? ` More are possible from ${new Date(reset > 1e11 ? reset : reset * 1_000).toISOString()} on.`
      : ''
    return new AppError('deployment.limit_reached', {
      detail: `The limit of the free plan of Vercel is reached for today (${code}).${wait} ${reply}`,
    })
  }
  if (answer.status === 403 && invalidToken === true)
    return new AppError('deployment.unauthorized', {
      detail: `Vercel does not accept the token. Set a new secret in the integration. ${reply}`,
    })
  if (answer.status === 403 && code === 'forbidden' && /token|scope|authoriz/i.test(reply))
    return new AppError('deployment.forbidden', {
      detail: `The Vercel token lacks a permission. Check that it belongs to the right team (teamId of the integration). ${reply}`,
    })
  return null
}

type Made = Standing | { missing: string[] }

async function makeOrFind(site: Site, files: readonly SiteFile[]): Promise<Made> {
  const found = await find(site)
  if (found !== null) return standingOf(found)
  const answer = await ask(site, {
    method: 'POST',
    url: '/v13/deployments?forceNew=1&skipAutoDetectionConfirmation=1',
    also: [400],
    json: {
      name: site.project,
      project: site.project,
      ...(site.environment === 'production' ? { target: 'production' } : {}),
      files: files.map(({ path, digest, sizeBytes }) => ({ file: path, sha: digest, size: sizeBytes })),
      meta: {
        [META]: site.deployment.id,
        ...(site.deployment.message === '' ? {} : { message: site.deployment.message.slice(0, 500) }),
      },
      // Without a framework and without a build.
      projectSettings: { framework: null, buildCommand: '', installCommand: '', outputDirectory: '.' },
    },
  })
  if (answer.status !== 400) return standingOf(fieldsOf(answer.json))
  const error = fieldsOf(fieldsOf(answer.json).error)
  if (error.code === 'missing_files') return { missing: textsOf(error.missing) }
  throw (
    explainVercel(answer) ??
    new AppError('deployment.refused', { detail: `Vercel rejected the request: ${replyOf(answer)}` })
  )
}

async function find(site: Site): Promise<Fields | null> {
  const query = new URLSearchParams({ app: site.project, limit: '20', [`meta-${META}`]: site.deployment.id })
  const { json } = await ask(site, { method: 'GET', url: `/v7/deployments?${query}`, also: [404] })
  const found = listOf(fieldsOf(json).deployments)
    .map(fieldsOf)
    .find(({ meta }) => fieldsOf(meta)[META] === site.deployment.id)
  return found === undefined ? null : { ...found, id: found.uid ?? found.id }
}

const asked = new WeakMap<Site, Promise<Made>>()

/** Once per step. If nothing is missing any more, this creates the deployment, and `publish` finds it. */
function askedOnce(site: Site, files: () => Promise<SiteFile[]>): Promise<Made> {
  const made = asked.get(site) ?? files().then((all) => makeOrFind(site, all))
  asked.set(site, made)
  return made
}

function standingOf(deployment: Fields): Standing {
  const id = textIn(deployment.id)
  const url = textIn(deployment.url)
  const aliases = textsOf(deployment.alias).map((alias) => `https://${alias}`)
  const own = url === null ? null : `https://${url}`
  const isPublic = deployment.target === 'production' && aliases.length > 0
  return {
    ...(id === null ? {} : { platformId: id }),
    ...(own === null ? {} : { url: isPublic ? (aliases[0] as string) : own }),
    ...(aliases.length === 0
      ? {}
      : { aliases: isPublic && own !== null ? [...aliases.slice(1), own] : aliases }),
  }
}
