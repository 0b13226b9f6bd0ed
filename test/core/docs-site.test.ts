import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { beforeAll, expect, test } from 'vitest'
import { routeOf } from '../../scripts/docs-site/contract.ts'
import { renderMarkdown } from '../../scripts/docs-site/markdown.ts'
import { buildAssets } from '../../scripts/server/assets.ts'
import { inRoot } from '../../scripts/server/paths.ts'

const FIRST_LOAD_BYTES = 300 * 1024

let dir: string
beforeAll(async () => {
  dir = await buildAssets()
})

const fileOf = (path: string): string => join(dir, path.includes('.') ? path : `${path}.html`)
const paths = (): string[] => ['/docs', ...pagesIn('docs'), ...pagesIn('docs/api')]
const pagesIn = (folder: string): string[] =>
  readdirSync(join(dir, folder)).flatMap((name) =>
    name.endsWith('.html') ? [`/${folder}/${name.slice(0, -5)}`] : [],
  )
const html = (path: string): string => readFileSync(fileOf(path), 'utf8')
const linksOf = (path: string): string[] =>
  [...html(path).matchAll(/href="([^"]+)"/g)].map(([, href = '']) => href)

test('the first visit of any page loads at most 300 KB', () => {
  const gzip = (file: string): number => gzipSync(readFileSync(file)).length
  for (const path of paths()) {
    const text = html(path)
    const loaded = [...text.matchAll(/(?:src|href|spec-url)="(\/docs\/files\/[^"]+)"/g)].map(
      ([, file = '']) => file,
    )
    const files = [fileOf(path), ...loaded.map(fileOf)]
    expect(
      files.reduce((sum, file) => sum + gzip(file), 0),
      path,
    ).toBeLessThan(FIRST_LOAD_BYTES)
  }
})

test('pages load nothing from other hosts', () => {
  for (const path of paths())
    expect(html(path)).not.toMatch(/<(script|link|img|iframe)[^>]*(src|href)="(https?:)?\/\//)
})

type Part = { paths: Record<string, Record<string, unknown>>; components: { schemas: object } }

const partAt = (path: string): Part => {
  const [, file = ''] = /spec-url="([^"]+)"/.exec(html(path)) ?? []
  return JSON.parse(readFileSync(fileOf(file), 'utf8'))
}

const shows = (path: string, anchor: string): boolean =>
  Object.entries(partAt(path).paths).some(([operation, methods]) =>
    Object.keys(methods).some((method) => routeOf({ method, path: operation }) === `#${anchor}`),
  )

test('the groups together contain every operation, each with its schemas', () => {
  const whole = JSON.parse(readFileSync(inRoot('docs/openapi.json'), 'utf8')) as Part
  const groups = pagesIn('docs/api').map(partAt)
  const count = (parts: Part[]): number =>
    parts.flatMap(({ paths }) => Object.values(paths).flatMap((methods) => Object.keys(methods))).length
  expect(count(groups)).toBe(count([whole]))
  for (const part of groups) {
    const names = [...JSON.stringify(part).matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(
      ([, name]) => name,
    )
    expect([...new Set(names)].sort()).toEqual(Object.keys(part.components.schemas))
  }
})

test('the link of an operation has the form that the viewer uses', () => {
  const method = 'get'
  expect(routeOf({ method, path: '/api/v1/teams/{id}/members' })).toBe(
    '#?route=get-/api/v1/teams/-id-/members',
  )
})

test('every link leads to an existing page and anchor', () => {
  const known = new Set([...paths(), '/openapi.json', '/schemas/workflow.json'])
  const broken = paths().flatMap((from) =>
    linksOf(from).filter((href) => {
      if (/^(https?:|data:|\/docs\/files\/)/.test(href)) return false
      const [path = '', anchor] = href.split('#')
      const to = path === '' ? from : path
      if (!known.has(to) || anchor === undefined) return !known.has(to)
      return anchor.startsWith('?route=') ? !shows(to, anchor) : !html(to).includes(` id="${anchor}"`)
    }),
  )
  expect(broken).toEqual([])
})

const page = { name: 'a', title: 'A', source: 'docs/a.md' }
const other = { name: 'b', title: 'B', source: 'docs/deep/b.md' }
const rendered = (text: string): string => renderMarkdown(text, page, [page, other]).html

test('HTML in a text is shown, not run', () => {
  expect(rendered('a <img src=x onerror=alert(1)> b\n\n<script>x</script>\n\n`<b>`')).not.toMatch(
    /<(img|script|b)[ >]/,
  )
})

test('a link to a script is not a link', () => {
  expect(rendered('[x](javascript:alert(1)) [y](data:text/html,x)')).not.toContain('<a')
})

test('links between the files become links between the pages, with the anchors of GitHub', () => {
  expect(rendered('[x](deep/b.md#some-place)')).toContain('href="/docs/b#some-place"')
  expect(rendered('## A `b.c` — d?\n\n## A `b.c` — d?')).toMatch(/id="a-bc--d"[\s\S]+id="a-bc--d-1"/)
  expect(() => rendered('[x](missing.md)')).toThrow('has no page')
})
