// Netlify: a deploy is created with the digests of all its files, and returns which contents are missing. When it has
// them, it continues by itself. Invariant: a deployment has one deploy. The title of the deploy contains the
// deployment's id, so a deploy that was created before a crash is found.
import { AppError } from '../../../../core/errors.ts'
import type { PlatformAnswer } from '../answer.ts'
import { netlifyHeaders, netlifyRedirects } from '../config-files.ts'
import { replyOf } from '../faults.ts'
import type { Checked, Platform, Site, Standing } from '../platform.ts'
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

/** Netlify prepares larger deploys in the background. */
const ASYNC_FROM_FILES = 500
const MAX_FILE_BYTES = 50 * 1024 ** 2

export const netlify: Platform = {
  id: 'netlify',
  name: 'Netlify',
  integrationTypes: ['netlify'],
  project: 'A site that is there, by its name (`docs-example` of docs-example.netlify.app) or its id.',
  settings: ['headers', 'redirects', 'spaFallback'],
  previews: true,
  limits: { files: 10_000, fileBytes: MAX_FILE_BYTES, bytes: 500 * 1024 ** 2 },
  notes: [
    'Headers and redirects become the files `_headers` and `_redirects`.',
    'Functions are not deployed.',
  ],
  digest: 'sha1',
  uploadsAtOnce: 5,
  batch: { files: 25, bytes: 32 * 1024 ** 2 },
  judgeProject: (project) =>
    /^[A-Za-z0-9][A-Za-z0-9.-]{0,99}$/.test(project) ? null : 'the name or id of a site',

  complete: (entries, settings) => {
    const redirects = netlifyRedirects(settings)
    const headers = netlifyHeaders(settings)
    const more = withText(entries, '_redirects', redirects === '' ? null : redirects, 'text/plain')
    return withText(more, '_headers', headers === '' ? null : headers, 'text/plain')
  },

  refusals: ({ settings }, files) => [
    ...hiddenBy(files, '_redirects', netlifyRedirects(settings) !== '', 'settings.redirects and spaFallback'),
    ...hiddenBy(files, '_headers', netlifyHeaders(settings) !== '', 'settings.headers'),
    ...files
      .filter(({ path }) => /[#?]/.test(path))
      .slice(0, 1)
      .map(({ path }) => ({
        code: 'deployment.invalid_source',
        message: `Netlify does not accept paths with # or ?, such as ${path}.`,
      })),
  ],

  compare: async (site, files, published, dry) => {
    const removed = removedFrom(files, published)
    if (dry) {
      const { json } = await ask(site, { path: `/sites/${siteId(site)}/files`, also: [404] })
      const there = new Set(listOf(json).map((one) => textIn(fieldsOf(one).sha) ?? ''))
      return {
        send: firstOfEach(files, new Set(files.map(({ digest }) => digest).filter((one) => !there.has(one)))),
        removed,
      }
    }
    const deploy = (await begun(site)) ?? (await begin(site, files))
    const standing = standingOf(deploy, site)
    if (deploy.state === 'preparing' || deploy.state === 'new')
      return { ...standing, send: new Set(), removed, isPending: true }
    requireAlive(deploy)
    return { ...standing, send: firstOfEach(files, new Set(textsOf(deploy.required))), removed }
  },

  isThere: async (site, file) => !(await stillRequired(site)).has(file.digest),

  send: async (site, file, open) => {
    const path = file.path.split('/').map(encodeURIComponent).join('/')
    await site.call({
      method: 'PUT',
      url: `${site.baseUrl}/deploys/${deployId(site)}/files/${path}`,
      headers: { 'content-type': 'application/octet-stream' },
      body: bodyOf(file, open),
    })
  },

  publish: async (site) => {
    const { json } = await ask(site, { path: `/deploys/${deployId(site)}` })
    const deploy = fieldsOf(json)
    requireAlive(deploy)
    const missing =
      deploy.state === 'uploading' || deploy.state === 'prepared' ? textsOf(deploy.required) : []
    return { ...standingOf(deploy, site), missing }
  },

  check: async (site): Promise<Checked> => {
    const { json } = await ask(site, { path: `/deploys/${deployId(site)}` })
    const deploy = fieldsOf(json)
    const standing = standingOf(deploy, site)
    if (deploy.state === 'ready') return { ...standing, status: 'ready' }
    const fault = faultOf(deploy)
    return fault === null
      ? { ...standing, status: 'processing' }
      : { ...standing, status: 'failed', message: fault }
  },

  restore: {
    promote: true,
    run: async (site, earlier) => {
      const { json } = await ask(site, {
        method: 'POST',
        path: `/sites/${siteId(site)}/deploys/${encodeURIComponent(earlier.platformId ?? '')}/restore`,
      })
      return standingOf({ id: earlier.platformId ?? '', ...fieldsOf(json) }, site)
    },
  },

  cancel: async (site) => {
    await ask(site, { method: 'POST', path: `/deploys/${deployId(site)}/cancel`, also: [404, 409, 422] })
  },

  remove: async (site) => {
    if (site.deployment.platformId !== null)
      await ask(site, { method: 'DELETE', path: `/deploys/${deployId(site)}`, also: [404] })
  },
}

/** Names are subdomains of netlify.app. */
const siteId = ({ project }: Site): string =>
  encodeURIComponent(
    /^[0-9a-f]{8}-[0-9a-f-]{27}$/i.test(project) || project.includes('.')
      ? project
      : `${project}.netlify.app`,
  )

const deployId = ({ deployment: { platformId } }: Site): string => encodeURIComponent(platformId ?? '')

type Asked = { method?: 'GET' | 'POST' | 'DELETE'; path: string; json?: Fields; also?: number[] }

const ask = (site: Site, { method = 'GET', path, json, also }: Asked): Promise<PlatformAnswer> =>
  site.call({
    method,
    url: `${site.baseUrl}${path}`,
    ...(json === undefined ? {} : { json: json as never }),
    ...(also === undefined ? {} : { also }),
    explain: (answer) =>
      answer.status === 422
        ? new AppError('deployment.refused', { detail: `Netlify rejected the request: ${replyOf(answer)}` })
        : null,
  })

const markOf = ({ deployment }: Site): string => `[${deployment.id}]`

async function begun(site: Site): Promise<Fields | null> {
  if (site.deployment.platformId !== null)
    return fieldsOf((await ask(site, { path: `/deploys/${deployId(site)}` })).json)
  const { json } = await ask(site, { path: `/sites/${siteId(site)}/deploys?per_page=20` })
  const found = listOf(json)
    .map(fieldsOf)
    .find(({ title }) => textIn(title)?.includes(markOf(site)))
  return found === undefined
    ? null
    : fieldsOf((await ask(site, { path: `/deploys/${String(found.id)}` })).json)
}

async function begin(site: Site, files: readonly { path: string; digest: string }[]): Promise<Fields> {
  const title = new URLSearchParams({
    title: `${site.deployment.message.slice(0, 200)} ${markOf(site)}`.trim(),
  })
  const { json } = await ask(site, {
    method: 'POST',
    path: `/sites/${siteId(site)}/deploys?${title}`,
    json: {
      files: Object.fromEntries(files.map(({ path, digest }) => [`/${path}`, digest])),
      draft: site.environment === 'preview',
      async: files.length >= ASYNC_FROM_FILES,
    },
  })
  return fieldsOf(json)
}

const asked = new WeakMap<Site, Promise<ReadonlySet<string>>>()

/** Requested once per step. */
function stillRequired(site: Site): Promise<ReadonlySet<string>> {
  const known = asked.get(site)
  if (known !== undefined) return known
  const required = ask(site, { path: `/deploys/${deployId(site)}` }).then(
    ({ json }) => new Set(textsOf(fieldsOf(json).required)),
  )
  asked.set(site, required)
  return required
}

function standingOf(deploy: Fields, { environment }: Site): Standing {
  const own = textIn(deploy.deploy_ssl_url) ?? textIn(deploy.deploy_url)
  const shared = textIn(deploy.ssl_url) ?? textIn(deploy.url)
  const url = environment === 'production' ? (shared ?? own) : own
  const id = textIn(deploy.id)
  return {
    ...(id === null ? {} : { platformId: id }),
    ...(url === null ? {} : { url }),
    ...(environment === 'production' && own !== null && own !== url ? { aliases: [own] } : {}),
  }
}

function faultOf({ state, error_message: reply }: Fields): string | null {
  if (state !== 'error' && state !== 'rejected' && state !== 'deleted') return null
  return `Netlify did not finish the deploy (${state}): ${textIn(reply) ?? 'no reason given'}`
}

function requireAlive(deploy: Fields): void {
  const fault = faultOf(deploy)
  if (fault !== null) throw new AppError('deployment.refused', { detail: fault })
}
