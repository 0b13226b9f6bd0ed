import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { beforeAll, expect, test } from 'vitest'
import { renderMarkdown } from '../../scripts/docs-site/markdown.ts'
import { buildAssets } from '../../scripts/server/assets.ts'
import { inRoot } from '../../scripts/server/paths.ts'

const FIRST_LOAD_BYTES = 300 * 1024

let dir: string
beforeAll(async () => {
  dir = await buildAssets()
})

const fileOf = (path: string): string => join(dir, path.includes('.') ? path : `${path}.html`)
const paths = (): string[] => ['/docs', ...readdirSync(join(dir, 'docs')).flatMap((name) => pageAt(name))]
const pageAt = (name: string): string[] => (name.endsWith('.html') ? [`/docs/${name.slice(0, -5)}`] : [])
const html = (path: string): string => readFileSync(fileOf(path), 'utf8')
const linksOf = (path: string): string[] =>
  [...html(path).matchAll(/href="([^"]+)"/g)].map(([, href = '']) => href)

test('the first visit of any page loads at most 300 KB', () => {
  const gzip = (file: string): number => gzipSync(readFileSync(file)).length
  for (const path of paths()) {
    const text = html(path)
    const loaded = [...text.matchAll(/(?:src|href)="(\/docs\/files\/[^"]+)"/g)].map(([, file = '']) => file)
    const contract = text.includes('spec-url="/openapi.json"') ? [inRoot('docs/openapi.json')] : []
    const files = [fileOf(path), ...loaded.map(fileOf), ...contract]
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

test('every link leads to a page, and to a place on it', () => {
  const known = new Set([...paths(), '/openapi.json', '/schemas/workflow.json'])
  const broken = paths().flatMap((from) =>
    linksOf(from).filter((href) => {
      if (/^(https?:|data:|\/docs\/files\/)/.test(href)) return false
      const [path = '', anchor] = href.split('#')
      const to = path === '' ? from : path
      return !known.has(to) || (anchor !== undefined && !html(to).includes(` id="${anchor}"`))
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

test('a link to a script is no link', () => {
  expect(rendered('[x](javascript:alert(1)) [y](data:text/html,x)')).not.toContain('<a')
})

test('links between the files become links between the pages, and anchors are those of GitHub', () => {
  expect(rendered('[x](deep/b.md#some-place)')).toContain('href="/docs/b#some-place"')
  expect(rendered('## A `b.c` — d?\n\n## A `b.c` — d?')).toMatch(/id="a-bc--d"[\s\S]+id="a-bc--d-1"/)
  expect(() => rendered('[x](missing.md)')).toThrow('has no page')
})
