// The Git database and the Pages of GitHub, on a real repository of `git`, so ids are exactly those of git.
import { execFileSync } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sendJson } from '../serve.ts'
import { bytesOf, countAtOnce, fail, placeOf } from './log.ts'

type Repository = { folder: string; pages: { branch: string } | null; isBuilt: boolean }

const repositories = new Map<string, Repository>()

function repositoryOf(name: string): Repository {
  const known = repositories.get(name)
  if (known !== undefined) return known
  const made = { folder: mkdtempSync(join(tmpdir(), 'orrery-git-')), pages: null, isBuilt: false }
  execFileSync('git', ['init', '-q', '--bare', made.folder])
  repositories.set(name, made)
  return made
}

/** The path of the repository. */
export const repositoryFolder = (name: string): string => repositoryOf(name).folder

type Entry = { path: string; mode: string; type: string; sha: string | null }
type Person = { name: string; email: string; date: string }

/** `/github/repos/<owner>/<name>/…` */
export async function github(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
  const [, , , owner = '', name = '', ...rest] = url.pathname.split('/').map(decodeURIComponent)
  const { method = 'GET' } = request
  const place = placeOf(`github/${owner}/${name}`)
  if (rest[1] === 'blobs' && method === 'POST') await countAtOnce(place, response)
  const body = await bytesOf(request)
  const path = `/${rest.join('/')}`
  if (fail(place, method, path, response)) return
  const answer = (status: number, json: unknown): void => {
    place.calls.push({ method, path, status })
    sendJson(response, status, json)
  }
  if (request.headers.authorization !== 'Bearer github-token-7f3a')
    return answer(401, { message: 'Bad credentials' })
  const repository = repositoryOf(`${owner}/${name}`)
  const git = (args: string[], input?: Buffer | string, env: Record<string, string> = {}): string =>
    execFileSync('git', args, {
      cwd: repository.folder,
      env: { ...process.env, ...env },
      stdio: ['pipe', 'pipe', 'ignore'],
      ...(input === undefined ? {} : { input }),
    })
      .toString()
      .trim()
  const find = (args: string[]): string | null => {
    try {
      return git(args)
    } catch {
      return null
    }
  }
  const json = body.length > 0 ? (JSON.parse(body.toString()) as Record<string, never>) : {}
  const [part, what, ...more] = rest
  if (part === undefined) return answer(200, { full_name: `${owner}/${name}`, permissions: { push: true } })
  if (part === 'pages' && what === undefined && method === 'POST') {
    repository.pages = { branch: (json as unknown as { source: { branch: string } }).source.branch }
    return answer(201, {})
  }
  if (part === 'pages' && what === undefined && method === 'DELETE') {
    repository.pages = null
    return answer(204, null)
  }
  if (part === 'pages' && repository.pages === null) return answer(404, { message: 'Not Found' })
  if (part === 'pages' && what === undefined)
    return answer(200, {
      ...{ html_url: `https://${owner}.github.io/${name}/`, build_type: 'legacy' },
      source: { branch: repository.pages?.branch, path: '/' },
    })
  if (part === 'pages') {
    const commit = find(['rev-parse', `refs/heads/${repository.pages?.branch}`])
    answer(200, { status: repository.isBuilt ? 'built' : 'building', commit, error: { message: null } })
    repository.isBuilt = true
    return
  }
  if (part === 'compare') return answer(200, { status: 'identical' })
  if (what === 'ref' || what === 'refs') {
    const ref = what === 'refs' && method === 'POST' ? String(json.ref) : `refs/${more.join('/')}`
    const head = find(['rev-parse', '--verify', '-q', ref])
    if (method === 'GET')
      return head === null
        ? answer(404, { message: 'Not Found' })
        : answer(200, { ref, object: { sha: head } })
    if (method === 'POST' && head !== null) return answer(422, { message: 'Reference already exists' })
    if (method === 'PATCH' && find(['merge-base', '--is-ancestor', head ?? '', String(json.sha)]) === null)
      return answer(422, { message: 'Update is not a fast forward' })
    git(['update-ref', ref, String(json.sha)])
    repository.isBuilt = false
    return answer(method === 'POST' ? 201 : 200, { ref, object: { sha: json.sha } })
  }
  if (what === 'blobs' && method === 'POST') {
    const content = Buffer.from(String(json.content), 'base64')
    const sha = git(['hash-object', '-w', '--stdin'], content)
    place.contents.set(sha, (place.contents.get(sha) ?? 0) + 1)
    return answer(201, { sha })
  }
  if (what === 'blobs') {
    const isThere = find(['cat-file', '-e', more[0] ?? '']) !== null
    place.calls.push({ method, path, status: isThere ? 200 : 404 })
    return void response.writeHead(isThere ? 200 : 404).end()
  }
  if (what === 'trees' && method === 'GET') {
    const isWhole = url.searchParams.has('recursive')
    const lines = find(['ls-tree', ...(isWhole ? ['-r'] : []), '-z', more[0] ?? ''])
    const tree = (lines ?? '').split('\0').filter((line) => line !== '')
    return answer(200, {
      truncated: false,
      tree: tree.map((line) => {
        const [, mode, type, sha, at] = /^(\d+) (\w+) (\w+)\t(.*)$/s.exec(line) ?? []
        return { mode, type, sha, path: at }
      }),
    })
  }
  if (what === 'trees') {
    const asked = json as unknown as { base_tree?: string; tree: Entry[] }
    const index = { GIT_INDEX_FILE: join(repository.folder, `index-${crypto.randomUUID()}`) }
    if (asked.tree.length > 500) return answer(422, { message: 'Too many entries' })
    if (asked.base_tree !== undefined) git(['read-tree', asked.base_tree], undefined, index)
    const lines = asked.tree.map(({ path: at, mode, sha }) =>
      sha === null ? `0 ${'0'.repeat(40)}\t${at}\n` : `${mode} ${sha}\t${at}\n`,
    )
    git(['update-index', '--index-info'], lines.join(''), index)
    return answer(201, { sha: git(['write-tree'], undefined, index) })
  }
  if (what === 'commits' && method === 'POST') {
    const asked = json as unknown as {
      tree: string
      message: string
      parents: string[]
      author: Person
      committer: Person
    }
    const env = {
      ...{
        GIT_AUTHOR_NAME: asked.author.name,
        GIT_AUTHOR_EMAIL: asked.author.email,
        GIT_AUTHOR_DATE: asked.author.date,
      },
      ...{ GIT_COMMITTER_NAME: asked.committer.name, GIT_COMMITTER_EMAIL: asked.committer.email },
      GIT_COMMITTER_DATE: asked.committer.date,
    }
    const parents = asked.parents.flatMap((one) => ['-p', one])
    return answer(201, { sha: git(['commit-tree', asked.tree, ...parents], asked.message, env) })
  }
  if (what === 'commits') {
    const tree = find(['rev-parse', `${more[0]}^{tree}`])
    return tree === null
      ? answer(404, { message: 'Not Found' })
      : answer(200, { sha: more[0], tree: { sha: tree } })
  }
  answer(404, { message: 'Not Found' })
}
