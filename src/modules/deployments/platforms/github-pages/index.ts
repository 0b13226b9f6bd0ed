// GitHub Pages: a commit on the published branch. Contents become blobs, whose GitHub ids we can compute. Invariants:
// 1. The branch only moves forward, from the commit that was read, so pushes in the meantime are never lost.
// 2. Files that no deployment has created, such as CNAME, stay.
import { AppError } from '../../../../core/errors.ts'
import type { Checked, Platform, PlatformState, Site, SiteFile } from '../platform.ts'
import { fieldsOf, firstOfEach, removedFrom, textIn, withText } from '../shared.ts'
import { ask } from './ask.ts'
import { blobBody } from './blob-body.ts'
import { commitTree, filesOf, headOf, treeWith } from './branch.ts'
import { type Change, type Created, nextAllowed, withCreated } from './git.ts'

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

const createdIn = ({ created }: PlatformState): Created => (created ?? []) as unknown as Created

/** Someone has pushed after our commit. The published version contains it. */
async function isOvertaken(site: Site, built: string | null): Promise<boolean> {
  const own = site.deployment.platformId
  if (built === null || own === null) return false
  const { status, json } = await ask(site, { path: `/compare/${own}...${built}`, also: [404] })
  return status === 200 && fieldsOf(json).status === 'ahead'
}

export type { SiteFile }
