// Paging: where the next page is, and what to collect. In its expressions, the current page is `item` (`{ status, headers, body }`) and
// its position, from 0, is `index`.
import * as z from 'zod'
import type { NodeInput } from '../node.ts'
import { appendAll, bad } from './body.ts'

export const DEFAULT_PAGES = 1_000

const shared = {
  items: z.unknown().optional().meta({
    description:
      'The items of a page, as an expression such as `{{ item.body.results }}`. Default: its body.',
  }),
  until: z.unknown().optional().describe('An expression. If it is true, the page is the last one.'),
  maxPages: z.number().int().min(1).max(1_000).optional().meta({
    description: 'The maximum number of pages. The node fails if there are more.',
    default: DEFAULT_PAGES,
  }),
}

export const Paginate = z.discriminatedUnion('by', [
  z.strictObject({
    by: z.literal('next').describe('An expression returns the next page.'),
    next: z
      .unknown()
      .refine((value) => value !== undefined, { message: 'is missing' })
      .describe(
        'An expression for the URL of the next page, or an object with its query parameters. If the value is empty, the page is the last one.',
      ),
    ...shared,
  }),
  z.strictObject({
    by: z.literal('link').describe('The `Link` header with `rel="next"` gives the next page.'),
    ...shared,
  }),
  z.strictObject({
    by: z.literal('page').describe('A query parameter counts up. An empty page is the last one.'),
    param: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .meta({ description: 'The name of the query parameter.', default: 'page' }),
    start: z.number().int().min(0).optional().meta({ description: 'Its first value.', default: 1 }),
    step: z.number().int().min(1).optional().meta({ description: 'The increment.', default: 1 }),
    ...shared,
  }),
])
export type Paginate = z.infer<typeof Paginate>

export type Page = { status: number; headers: Record<string, string>; body: unknown }

export type Turned = { found: unknown[]; next: string | null }

export const firstPage = (url: string, paginate: Paginate): string =>
  paginate.by === 'page' ? withQuery(url, { [paginate.param ?? 'page']: paginate.start ?? 1 }) : url

/** The items of the page, and the URL of the next one. `url` is the requested URL, `answered` the one that responded. */
export function turnPage(
  paginate: Paginate,
  evaluate: NodeInput<unknown>['evaluate'],
  page: Page,
  index: number,
  at: { url: string; answered: string },
): Turned {
  const seen = evaluate('paginate', { item: page, index }) as {
    items?: unknown
    until?: unknown
    next?: unknown
  }
  const brought = paginate.items === undefined ? page.body : seen.items
  const found = Array.isArray(brought) ? brought : brought === null || brought === undefined ? [] : [brought]
  if (paginate.until !== undefined && seen.until) return { found, next: null }
  const next = nextUrl(paginate, seen.next, page, index, found.length === 0, at)
  if (next === null) return { found, next: null }
  // The request's headers may be secrets of this host, and a page that links to itself would never end.
  if (new URL(next).origin !== new URL(at.url).origin)
    throw bad(`paginate: the next page is on another host, ${new URL(next).host}`)
  if (next === at.url) throw bad('paginate: the next page is the same page')
  return { found, next }
}

function nextUrl(
  paginate: Paginate,
  next: unknown,
  page: Page,
  index: number,
  isEmpty: boolean,
  at: { url: string; answered: string },
): string | null {
  switch (paginate.by) {
    case 'page': {
      if (isEmpty) return null
      const { param = 'page', start = 1, step = 1 } = paginate
      return withQuery(at.url, { [param]: start + (index + 1) * step })
    }
    case 'link': {
      const target = linkToNext(page.headers.link ?? '')
      return target === null ? null : resolve(target, at.answered)
    }
    case 'next': {
      if (next === null || next === undefined || next === '' || next === false) return null
      if (typeof next === 'string') return resolve(next, at.answered)
      const query = Query.safeParse(next)
      if (!query.success) throw bad('paginate.next must be a URL or an object of query parameters')
      return withQuery(at.url, query.data)
    }
  }
}

export const Query = z.record(
  z.string(),
  z.union([
    z.string(),
    z.number(),
    z.boolean(),
    z.null(),
    z.array(z.union([z.string(), z.number(), z.boolean()])),
  ]),
)

/** Replaces parameters of the same names. */
export function withQuery(url: string, query: z.infer<typeof Query>): string {
  const target = new URL(url)
  for (const name of Object.keys(query)) target.searchParams.delete(name)
  appendAll(target.searchParams, query)
  return target.href
}

function resolve(target: string, base: string): string {
  if (!URL.canParse(target, base)) throw bad('paginate: the next page is not a URL')
  return new URL(target, base).href
}

/** The first of `<https://…?page=2>; rel="next", <…>; rel="last"`. */
function linkToNext(header: string): string | null {
  for (const [, target, parameters] of header.matchAll(/<([^<>]*)>([^<]*)/g)) {
    if (/;\s*rel\s*=\s*("[^"]*\bnext\b[^"]*"|next\b)/i.test(parameters ?? '')) return target ?? null
  }
  return null
}
