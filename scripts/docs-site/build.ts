// The pages under /docs as files: one HTML file a page, and the files they load, named by their hash so that a browser may
// keep them for good.
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inRoot } from '../server/paths.ts'
import { type Heading, renderMarkdown } from './markdown.ts'
import { API_TITLE, MARKDOWN_PAGES, type MarkdownPage } from './pages.ts'
import { escapeHtml, type Files, shell } from './shell.ts'

const VIEWER = 'node_modules/openapi-explorer/dist/browser/openapi-explorer.min.js'

/** What a change of makes a new build; the viewer changes with the lock. */
export const DOCS_SITE_SOURCES = [
  'scripts/docs-site',
  'package-lock.json',
  ...MARKDOWN_PAGES.map(({ source }) => source),
]

export async function buildDocsSite(dir: string): Promise<void> {
  mkdirSync(join(dir, 'docs/files'), { recursive: true })
  const addFile = (path: string): string => {
    const content = readFileSync(inRoot(path))
    const [, base = '', extension = ''] = /([\w-]+)(?:\.min)?(\.\w+)$/.exec(path) ?? []
    const hash = createHash('sha256').update(content).digest('hex').slice(0, 12)
    const name = `docs/files/${base}-${hash}${extension}`
    writeFileSync(join(dir, name), content)
    return `/${name}`
  }
  const files = {
    style: addFile('scripts/docs-site/files/docs.css'),
    script: addFile('scripts/docs-site/files/docs.js'),
  }
  writeFileSync(join(dir, 'docs.html'), apiPage(files, addFile(VIEWER)))
  for (const page of MARKDOWN_PAGES)
    writeFileSync(join(dir, `docs/${page.name}.html`), markdownPage(page, files))
}

/** Shown above the list of operations. It is ordinary HTML of the page, so it is there before the viewer is. */
const OVERVIEW = `<div slot="overview" class="overview">
<h1>Orrery API</h1>
<p>Everything is JSON over HTTP below <code>/api/v1</code>. Send an access token as <code>Authorization: Bearer</code>, or an API key as
<code>X-API-Key</code>. <code>X-Team-Id</code> selects the team; without it a request is in your personal team.</p>
<pre><code>curl -sS -X POST "$ORRERY_URL/api/v1/auth/login" -H 'content-type: application/json' \\
  -d '{"email":"demo@example.com","password":"…"}'
curl -sS "$ORRERY_URL/api/v1/workflows" -H "authorization: Bearer $TOKEN"</code></pre>
<p>Every operation shows its own curl command. The contract is <a href="/openapi.json">OpenAPI 3.1</a>. What goes into a workflow is
under <a href="/docs/definition">Definition</a>, <a href="/docs/nodes">Nodes</a>, <a href="/docs/triggers">Triggers</a> and
<a href="/docs/expressions">Expressions</a>; what comes back is under <a href="/docs/events">Events</a> and <a href="/docs/errors">Errors</a>.</p>
</div>`

function apiPage(files: Files, viewer: string): string {
  return shell({
    title: API_TITLE,
    path: '/docs',
    files,
    head: `<script type="module" src="${viewer}"></script>\n`,
    bodyClass: 'api',
    body: `<button type="button" class="operations" aria-expanded="false">Operations</button>
<openapi-explorer spec-url="/openapi.json" collapse hide-server-selection schema-style="table" schema-expand-level="2">
${OVERVIEW}
</openapi-explorer>
<noscript><p>This page needs JavaScript. The contract is at <a href="/openapi.json">/openapi.json</a>.</p></noscript>`,
  })
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
