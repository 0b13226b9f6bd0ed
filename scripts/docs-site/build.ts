// Builds the pages under /docs: one HTML file per page, and the files that they load, named by their hash so that
// browsers may cache them forever.
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inRoot } from '../server/paths.ts'
import { type Contract, partOf } from './contract.ts'
import { type Heading, renderMarkdown } from './markdown.ts'
import { groupPage, operationsPage } from './operations.ts'
import { MARKDOWN_PAGES, type MarkdownPage } from './pages.ts'
import { escapeHtml, type Files, shell } from './shell.ts'

const CONTRACT = 'docs/openapi.json'
const VIEWER = 'node_modules/openapi-explorer/dist/browser/openapi-explorer.min.js'

/** A change of these causes a new build. The viewer changes with the lock file. */
export const DOCS_SITE_SOURCES = [
  'scripts/docs-site',
  'package-lock.json',
  CONTRACT,
  ...MARKDOWN_PAGES.map(({ source }) => source),
]

export async function buildDocsSite(dir: string): Promise<void> {
  for (const folder of ['docs/files', 'docs/api']) mkdirSync(join(dir, folder), { recursive: true })
  const addText = (base: string, extension: string, content: string | Buffer): string => {
    const hash = createHash('sha256').update(content).digest('hex').slice(0, 12)
    const name = `docs/files/${base}-${hash}${extension}`
    writeFileSync(join(dir, name), content)
    return `/${name}`
  }
  const addFile = (path: string): string => {
    const [, base = '', extension = ''] = /([\w-]+)(?:\.min)?(\.\w+)$/.exec(path) ?? []
    return addText(base, extension, readFileSync(inRoot(path)))
  }
  const files = {
    style: addFile('scripts/docs-site/files/docs.css'),
    script: addFile('scripts/docs-site/files/docs.js'),
  }
  const contract = JSON.parse(readFileSync(inRoot(CONTRACT), 'utf8')) as Contract
  writeFileSync(join(dir, 'docs.html'), operationsPage(files, contract))
  const viewer = addFile(VIEWER)
  for (const { name } of contract.tags) {
    const part = addText(`api-${name.toLowerCase()}`, '.json', JSON.stringify(partOf(contract, name)))
    writeFileSync(join(dir, `docs/api/${name}.html`), groupPage(files, { viewer, part, contract, name }))
  }
  for (const page of MARKDOWN_PAGES)
    writeFileSync(join(dir, `docs/${page.name}.html`), markdownPage(page, files))
}

function markdownPage(page: MarkdownPage, files: Files): string {
  const text = readFileSync(inRoot(page.source), 'utf8')
  const { html, headings } = renderMarkdown(text, page, MARKDOWN_PAGES)
  return shell({
    title: page.title,
    path: `/docs/${page.name}`,
    files,
    bodyClass: 'text',
    body: `<div class="columns">
<details class="contents"><summary>On this page</summary>
${contents(headings)}
</details>
<main>
${html}</main>
</div>`,
  })
}

function contents(headings: Heading[]): string {
  const items = headings
    .filter(({ level }) => level === 2 || level === 3)
    .map(({ level, id, text }) => `<li class="level-${level}"><a href="#${id}">${escapeHtml(text)}</a></li>`)
  return `<ul>\n${items.join('\n')}\n</ul>`
}
