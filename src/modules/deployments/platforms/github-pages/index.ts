// GitHub Pages: a commit on the published branch. Contents become blobs, whose GitHub ids we can compute. Invariants:
// 1. The branch only moves forward, from the commit that was read, so pushes in the meantime are never lost.
// 2. Files that no deployment has created, such as CNAME, stay.
// 3. The author and dates of a commit come from the deployment, so creating the commit again gives the same id.

import { toIso } from '../../../../core/clock.ts'
import { AppError } from '../../../../core/errors.ts'
import type { Json } from '../../../../core/json.ts'
import type { StreamedBody } from '../../../../providers/outbound/index.ts'
import type { Explain, PlatformAnswer } from '../answer.ts'
import { replyOf, retryAfterOf } from '../faults.ts'
import type { Checked, Platform, PlatformState, Site, SiteFile } from '../platform.ts'
import { type Fields, fieldsOf, firstOfEach, listOf, removedFrom, textIn, withText } from '../shared.ts'
import { blobBody } from './blob-body.ts'
import { type Change, type Created, nextAllowed, treeParts, withCreated } from './git.ts'

const BATCH_FILES = 20

export const githubPages: Platform = {
  id: 'github-pages',
  name: 'GitHub Pages',
  integrationTypes: ['github', 'github-app'],
  project: 'A repository that is there, as `owner/repository`.',
  settings: ['branch', 'spaFallback'],
  previews: false,
  limits: { files: 10_000, fileBytes: 25 * 1024 ** 2, bytes: 500 * 1024 ** 2 },
  notes: [
    'GitHub takes 80 new contents a minute and 500 an hour, so a large site takes its time. The deployment waits by itself.',
    'The token needs Contents: write and Pages: write.',
    'Pages are switched on where they are not. Files of the branch that no deployment has created are kept, such as CNAME.',
    'Deleting the deployment that is published switches Pages off; the branch stays.',
  ],
  digest: 'git',
  uploadsAtOnce: 1,
  batch: { files: BATCH_FILES, bytes: 32 * 1024 ** 2 },
  judgeProject: (project) =>
    /^[A-Za-z0-9-]{1,39}\/[A-Za-z0-9._-]{1,100}$/.test(project) && !/\/\.{1,2}$/.test(project)
      ? null
      : 'owner/repository',

  complete: (entries, settings) => {
    // Without it, Jekyll ignores files that begin with an underscore.
    const plain = withText(entries, '.nojekyll', '', 'text/plain')
    const index = plain.find(({ path }) => path === 'index.html')
    if (settings.spaFallback !== true || index === undefined || plain.some(({ path }) => path === '404.html'))
      return plain
    return [...plain, { ...index, path: '404.html' }]
  },

  compare: async (site, files, published, dry) => {
    const repository = fieldsOf((await ask(site, { path: '' })).json)
    if (!dry && fieldsOf(repository.permissions).push === false)
      throw new AppError('deployment.forbidden', {
        detail: `The token can read ${site.project} but not write to it. Give it Contents: write and Pages: write.`,
      })
    const head = await headOf(site)
    const there = head === null ? new Map<string, string>() : await filesOf(site, head.tree)
    const known = new Set(there.values())
    const missing = files.map(({ digest }) => digest).filter((one) => !known.has(one))
    const removed = removedFrom(files, published).filter((path) => there.has(path))
    const changed = files.filter(({ path, digest }) => there.get(path) !== digest).map(({ n }) => n)
    // In a plan, a moved file is also a change, although its content is not sent.
    return { send: dry ? new Set(changed) : firstOfEach(files, new Set(missing)), removed }
  },

  isThere: async (site, file) =>
    (await ask(site, { method: 'HEAD', path: `/git/blobs/${file.digest}`, also: [404, 409] })).status === 200,

  pace: (site, others) =>
    nextAllowed([createdIn(site.deployment.state), ...others.map(createdIn)].flat(), BATCH_FILES, site.now()),
  paced: (site, sent) => ({
    ...site.deployment.state,
    created: withCreated(createdIn(site.deployment.state), sent, site.now()),
  }),

  send: async (site, file, open) => {
    const { json } = await ask(site, { method: 'POST', path: '/git/blobs', body: blobBody(file, open) })
    if (fieldsOf(json).sha !== file.digest)
      throw new AppError('deployment.platform_failed', {
        detail: `GitHub has stored ${file.path} as ${String(fieldsOf(json).sha)}, not as ${file.digest}.`,
      })
  },

  publish: async (site, files, removed) => {
    const head = await headOf(site)
    const there = head === null ? new Map<string, string>() : await filesOf(site, head.tree)
    const changes: Change[] = [
      ...files
        .filter(({ path, digest }) => there.get(path) !== digest)
        .map(({ path, digest }): Change => ({ path, mode: '100644', type: 'blob', sha: digest })),
      ...removed
        .filter((path) => there.has(path))
        .map((path): Change => ({ path, mode: '100644', type: 'blob', sha: null })),
    ]
    const tree = await treeWith(site, head?.tree ?? null, changes)
    return commitTree(site, tree, head)
  },

  check: async (site): Promise<Checked> => {
    const pages = await ask(site, { path: '/pages', also: [404] })
    const url = textIn(fieldsOf(pages.json).html_url)
    const standing = url === null ? {} : { url }
    const { status, json } = await ask(site, { path: '/pages/builds/latest', also: [404] })
    const build = fieldsOf(json)
    if (status === 404 || build.commit !== site.deployment.platformId) {
      const isOver = await isOvertaken(site, textIn(build.commit))
      return { ...standing, status: isOver ? 'ready' : 'processing' }
    }
    if (build.status === 'built') return { ...standing, status: 'ready' }
    if (build.status === 'errored')
      return {
        ...standing,
        status: 'failed',
        message: `GitHub could not build the page: ${textIn(fieldsOf(build.error).message) ?? 'no reason given'}`,
      }
    return { ...standing, status: 'processing' }
  },

  restore: {
    promote: false,
    run: async (site, earlier) => {
      const tree = textIn(earlier.state.tree)
      if (tree === null)
        throw new AppError('deployment.source_gone', {
          detail: 'The Git tree of that deployment is not known. Deploy its content again.',
        })
      return commitTree(site, tree, await headOf(site))
    },
  },

  remove: async (site, { isPublished }) => {
    if (isPublished) await ask(site, { method: 'DELETE', path: '/pages', also: [404] })
  },
}

const branchOf = ({ settings }: Site): string => settings.branch ?? 'gh-pages'

const createdIn = ({ created }: PlatformState): Created => (created ?? []) as unknown as Created

type Asked = {
  method?: 'GET' | 'HEAD' | 'POST' | 'PATCH' | 'DELETE'
  path: string
  json?: Fields
  body?: StreamedBody
  also?: number[]
}

const ask = (site: Site, { method = 'GET', path, json, body, also }: Asked): Promise<PlatformAnswer> =>
  site.call({
    method,
    url: `${site.baseUrl}/repos/${site.project}${path}`,
    headers: {
      ...{ accept: 'application/vnd.github+json', 'x-github-api-version': '2022-11-28' },
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(json === undefined ? {} : { json: json as Json }),
    ...(body === undefined ? {} : { body }),
    ...(also === undefined ? {} : { also }),
    explain: explainGitHub(site.now),
  })

const SECOND_LIMIT_WAIT_S = 60

const explainGitHub =
  (now: () => number): Explain =>
  (answer) => {
    const reply = replyOf(answer)
    const isLimited = /secondary rate limit|abuse detection|rate limit exceeded/i.test(reply)
    const hasNone = answer.headers['x-ratelimit-remaining'] === '0'
    if ((answer.status === 403 || answer.status === 429) && (isLimited || hasNone))
      return new AppError('deployment.rate_limited', {
        detail: `GitHub has reached its rate limit: ${reply}`,
        retryAfterSeconds: retryAfterOf(answer, now()) ?? SECOND_LIMIT_WAIT_S,
      })
    if (answer.status === 403)
      return new AppError('deployment.forbidden', {
        detail: `The token lacks a permission. It needs Contents: write and Pages: write for the repository. GitHub responded: ${reply}`,
      })
    if (answer.status === 422 && /fast.forward|already exists|reference/i.test(reply))
      return new AppError('deployment.conflict', {
        detail: `The branch has changed in the meantime. Deploy again. GitHub responded: ${reply}`,
      })
    if (answer.status === 409 && /empty/i.test(reply))
      return new AppError('deployment.refused', {
        detail: 'The repository is empty. Make a first commit in it, such as a README, then deploy again.',
      })
    return null
  }

type Head = { commit: string; tree: string }

/** Null if the branch does not exist. */
async function headOf(site: Site): Promise<Head | null> {
  const { status, json } = await ask(site, {
    path: `/git/ref/heads/${encodeURI(branchOf(site))}`,
    also: [404],
  })
  const commit = textIn(fieldsOf(fieldsOf(json).object).sha)
  if (status === 404 || commit === null) return null
  const found = fieldsOf((await ask(site, { path: `/git/commits/${commit}` })).json)
  return { commit, tree: textIn(fieldsOf(found.tree).sha) ?? '' }
}

/** More than a branch with files of a deployment needs. */
const MAX_TREE_READS = 300

/** By path. GitHub limits the length of a list. In a larger tree, each folder is listed separately. */
async function filesOf(site: Site, tree: string): Promise<Map<string, string>> {
  const files = new Map<string, string>()
  let reads = 0
  const read = async (sha: string, recursive: boolean): Promise<{ entries: Fields[]; isCut: boolean }> => {
    if (++reads > MAX_TREE_READS) throw tooManyFiles(site)
    const query = recursive ? '?recursive=1' : ''
    const { json } = await ask(site, { path: `/git/trees/${sha}${query}`, also: [404] })
    const { tree: entries, truncated } = fieldsOf(json)
    return { entries: listOf(entries).map(fieldsOf), isCut: truncated === true }
  }
  const walk = async (sha: string, folder: string): Promise<void> => {
    const whole = await read(sha, true)
    const { entries, isCut } = whole.isCut ? await read(sha, false) : whole
    if (isCut) throw tooManyFiles(site)
    for (const { type, path, sha: id } of entries) {
      const at = folder + (textIn(path) ?? '')
      if (type === 'blob') files.set(at, textIn(id) ?? '')
      else if (type === 'tree' && whole.isCut) await walk(textIn(id) ?? '', `${at}/`)
    }
  }
  await walk(tree, '')
  return files
}

const tooManyFiles = ({ project }: Site): AppError =>
  new AppError('deployment.too_large', {
    detail: `The branch of ${project} has more files than GitHub lists. Publish from a branch of its own: set settings.branch.`,
  })

async function treeWith(site: Site, base: string | null, changes: readonly Change[]): Promise<string | null> {
  let tree = base
  for (const part of treeParts(changes)) {
    const { json } = await ask(site, {
      method: 'POST',
      path: '/git/trees',
      json: { ...(tree === null ? {} : { base_tree: tree }), tree: part as unknown as Json },
    })
    tree = textIn(fieldsOf(json).sha)
  }
  return tree
}

async function commitTree(site: Site, tree: string | null, head: Head | null) {
  if (tree === null)
    throw new AppError('deployment.platform_failed', { detail: 'GitHub did not create a tree.' })
  const state: PlatformState = { ...site.deployment.state, tree }
  if (head !== null && head.tree === tree) {
    await enablePages(site)
    return { platformId: head.commit, state }
  }
  const { id, message, createdAt } = site.deployment
  const person = {
    name: 'Orrery',
    email: 'deployments@orrery.invalid',
    date: toIso(createdAt).replace(/\.\d+Z$/, 'Z'),
  }
  const made = await ask(site, {
    method: 'POST',
    path: '/git/commits',
    json: {
      message: `${message === '' ? 'Deploy the site' : message}\n\nDeployment: ${id}`,
      ...{ tree, parents: head === null ? [] : [head.commit], author: person, committer: person },
    },
  })
  const commit = textIn(fieldsOf(made.json).sha)
  if (commit === null)
    throw new AppError('deployment.platform_failed', { detail: 'GitHub did not create a commit.' })
  if (head === null)
    await ask(site, {
      method: 'POST',
      path: '/git/refs',
      json: { ref: `refs/heads/${branchOf(site)}`, sha: commit },
    })
  else
    await ask(site, {
      method: 'PATCH',
      path: `/git/refs/heads/${encodeURI(branchOf(site))}`,
      json: { sha: commit, force: false },
    })
  await enablePages(site)
  return { platformId: commit, state }
}

async function enablePages(site: Site): Promise<void> {
  const { status, json } = await ask(site, { path: '/pages', also: [404] })
  const pages = fieldsOf(json)
  const branch = branchOf(site)
  if (status === 404) {
    await ask(site, {
      method: 'POST',
      path: '/pages',
      json: { build_type: 'legacy', source: { branch, path: '/' } },
      also: [409],
    })
    return
  }
  const published = textIn(fieldsOf(pages.source).branch)
  if (pages.build_type === 'workflow')
    throw new AppError('deployment.refused', {
      detail: `Pages of ${site.project} are published by a workflow of GitHub Actions. Choose "Deploy from a branch" in its settings.`,
    })
  if (published !== null && published !== branch)
    throw new AppError('deployment.refused', {
      detail: `Pages of ${site.project} are published from the branch ${published}. Set settings.branch to it, or change it there to ${branch}.`,
    })
}

/** Someone has pushed after our commit. The published version contains it. */
async function isOvertaken(site: Site, built: string | null): Promise<boolean> {
  const own = site.deployment.platformId
  if (built === null || own === null) return false
  const { status, json } = await ask(site, { path: `/compare/${own}...${built}`, also: [404] })
  return status === 200 && fieldsOf(json).status === 'ahead'
}

export type { SiteFile }
