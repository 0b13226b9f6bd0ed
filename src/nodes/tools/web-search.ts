// Web search with a service that the team has a key for. Without one, it searches the team's files and says so in the result.
import * as z from 'zod'
import type { Json } from '../../core/json.ts'
import type { NodePorts } from '../ports.ts'
import { fetchAllowed, refused } from './hosts.ts'
import { readText } from './page.ts'
import { tool } from './tool.ts'

const MAX_BYTES = 2 * 1024 * 1024

const Config = z.strictObject({
  provider: z
    .enum(['brave', 'tavily', 'searxng'])
    .optional()
    .describe('The search service. Without one, the tool searches the team’s files.'),
  credential: z.string().max(200).optional().describe('The integration with the key.'),
  url: z
    .url({ protocol: /^https?$/ })
    .max(2_000)
    .optional()
    .describe('The URL of the SearXNG server.'),
})
type Config = z.infer<typeof Config>

export const webSearch = tool({
  name: 'web.search',
  description:
    'Searches the web and returns titles, URLs and excerpts. Without a search service, it searches the team’s files and says so.',
  args: z.strictObject({
    query: z.string().min(1).max(400),
    limit: z.number().int().min(1).max(20).optional(),
  }),
  config: Config,
  check: ({ provider, url, credential }) => [
    ...(provider === 'searxng' && url === undefined
      ? [{ at: ['url'], message: 'is required for searxng' }]
      : []),
    ...(provider !== undefined && provider !== 'searxng' && credential === undefined
      ? [{ at: ['credential'], message: `is required for ${provider}` }]
      : []),
  ],
  run: async (ports, { args: { query, limit = 5 }, config, signal }): Promise<Json> => {
    if (config.provider === undefined) return inFiles(ports, query, limit)
    const { url, method, body, headers } = requestOf(config, query, limit)
    const response = await fetchAllowed(ports.http, [new URL(url).host], {
      url,
      method,
      headers: { accept: 'application/json', 'user-agent': 'Orrery', ...headers },
      ...(body === undefined ? {} : { body }),
      maxBytes: MAX_BYTES,
      signal,
      ...(config.credential === undefined ? {} : { credential: config.credential }),
    })
    if (response.status >= 400) throw refused(`${config.provider} answered ${response.status}`)
    return { source: config.provider, results: resultsIn(readText(response), limit) }
  },
})

type Request = { url: string; method: string; headers: Record<string, string>; body?: string }

function requestOf({ provider, url }: Config, query: string, limit: number): Request {
  const q = encodeURIComponent(query)
  if (provider === 'brave')
    return {
      url: `https://api.search.brave.com/res/v1/web/search?q=${q}&count=${limit}`,
      method: 'GET',
      headers: {},
    }
  if (provider === 'tavily')
    return {
      url: 'https://api.tavily.com/search',
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, max_results: limit }),
    }
  return { url: `${(url ?? '').replace(/\/$/, '')}/search?format=json&q=${q}`, method: 'GET', headers: {} }
}

type Found = { title?: unknown; url?: unknown; description?: unknown; content?: unknown }

function resultsIn(text: string, limit: number): Json[] {
  let parsed: { web?: { results?: Found[] }; results?: Found[] }
  try {
    parsed = JSON.parse(text)
  } catch {
    throw refused('The search service did not return JSON')
  }
  const found = parsed.web?.results ?? parsed.results ?? []
  return (Array.isArray(found) ? found : []).slice(0, limit).map(({ title, url, description, content }) => ({
    title: String(title ?? '').slice(0, 300),
    url: String(url ?? ''),
    text: String(description ?? content ?? '').slice(0, 1_000),
  }))
}

const MAX_FILES = 200
const MAX_FILE_BYTES = 262_144
const MAX_READ = 20

/** Matches the words of the query, first with file names, then with the texts of the newest files. */
async function inFiles({ files }: NodePorts, query: string, limit: number): Promise<Json> {
  const words = query
    .toLowerCase()
    .split(/\W+/u)
    .filter((word) => word.length > 2)
  const all = await files.list({ prefix: undefined, limit: MAX_FILES })
  const results: { score: number; result: Json }[] = []
  const texts = all.filter(
    ({ type, sizeBytes }) => /^(text\/|application\/json)/.test(type) && sizeBytes <= MAX_FILE_BYTES,
  )
  for (const ref of texts.slice(0, MAX_READ)) {
    const { bytes, isText } = await files.read(ref.$file, MAX_FILE_BYTES)
    if (!isText) continue
    const text = new TextDecoder().decode(bytes)
    const lower = text.toLowerCase()
    const hits = words.filter((word) => lower.includes(word) || ref.name.toLowerCase().includes(word))
    const at = Math.max(
      0,
      Math.min(...hits.map((word) => lower.indexOf(word)).filter((place) => place >= 0)) - 100,
    )
    if (hits.length === 0) continue
    const from = Number.isFinite(at) ? at : 0
    results.push({
      score: hits.length,
      result: { title: ref.name, file: ref.$file, text: text.slice(from, from + 500) },
    })
  }
  results.sort((a, b) => b.score - a.score)
  return {
    source: 'files of the team: no search service is set',
    results: results.slice(0, limit).map(({ result }) => result),
  }
}
