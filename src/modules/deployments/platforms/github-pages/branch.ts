// The published branch: its files, trees and commits. Invariant: the author and dates of a commit come from the deployment, so creating
// the commit again gives the same id.
import { toIso } from '../../../../core/clock.ts'
import { AppError } from '../../../../core/errors.ts'
import type { Json } from '../../../../core/json.ts'
import type { PlatformState, Site } from '../platform.ts'
import { type Fields, fieldsOf, listOf, textIn } from '../shared.ts'
import { ask } from './ask.ts'
import { type Change, treeParts } from './git.ts'

const branchOf = ({ settings }: Site): string => settings.branch ?? 'gh-pages'

type Head = { commit: string; tree: string }

/** Null if the branch does not exist. */
export async function headOf(site: Site): Promise<Head | null> {
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
export async function filesOf(site: Site, tree: string): Promise<Map<string, string>> {
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

export async function treeWith(
  site: Site,
  base: string | null,
  changes: readonly Change[],
): Promise<string | null> {
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

export async function commitTree(site: Site, tree: string | null, head: Head | null) {
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
