// The pages of the API: a list of all operations, and a page with the viewer for each group. The viewer is large, so
// the list does not load it, and the page of a group only loads the document of that group.
import { type Contract, operationsOf, routeOf } from './contract.ts'
import { API_TITLE } from './pages.ts'
import { escapeHtml, type Files, shell } from './shell.ts'

const INTRODUCTION = `<h1>Orrery API</h1>
<p>Everything is JSON over HTTP below <code>/api/v1</code>. Send an access token as <code>Authorization: Bearer</code>, or an API key as
<code>X-API-Key</code>. <code>X-Team-Id</code> selects the team; without it a request is in your personal team.</p>
<pre><code>curl -sS -X POST "$ORRERY_URL/api/v1/auth/login" -H 'content-type: application/json' \\
  -d '{"email":"demo@example.com","password":"…"}'
curl -sS "$ORRERY_URL/api/v1/workflows" -H "authorization: Bearer $TOKEN"</code></pre>
<p>Every operation shows its own curl command. The contract is <a href="/openapi.json">OpenAPI 3.1</a>. What goes into a workflow is
under <a href="/docs/definition">Definition</a>, <a href="/docs/nodes">Nodes</a>, <a href="/docs/triggers">Triggers</a> and
<a href="/docs/expressions">Expressions</a>; what comes back is under <a href="/docs/events">Events</a> and <a href="/docs/errors">Errors</a>.</p>`

export function operationsPage(files: Files, contract: Contract): string {
  const groups = contract.tags.map(({ name, description }) => {
    const rows = operationsOf(contract, name).map(
      (one) =>
        `<tr><td><code class="method ${one.method}">${one.method.toUpperCase()}</code></td>
<td><a href="/docs/api/${name}${escapeHtml(routeOf(one))}"><code>${escapeHtml(one.path)}</code></a></td><td>${escapeHtml(one.summary)}</td></tr>`,
    )
    return `<h2 id="${name}"><a href="/docs/api/${name}">${name}</a></h2>
<p>${escapeHtml(description)}</p>
<div class="table"><table><tbody>
${rows.join('\n')}
</tbody></table></div>`
  })
  const contents = contract.tags.map(
    ({ name }) => `<li class="level-2"><a href="#${name}">${escapeHtml(name)}</a></li>`,
  )
  return shell({
    title: API_TITLE,
    path: '/docs',
    files,
    bodyClass: 'text operations-list',
    body: `<div class="columns">
<details class="contents"><summary>Groups</summary>
<ul>
${contents.join('\n')}
</ul>
</details>
<main>
${INTRODUCTION}
${groups.join('\n')}
</main>
</div>`,
  })
}

export function groupPage(
  files: Files,
  { viewer, part, contract, name }: { viewer: string; part: string; contract: Contract; name: string },
): string {
  const groups = contract.tags.map(
    (tag) =>
      `<a href="/docs/api/${tag.name}"${tag.name === name ? ' aria-current="page"' : ''}>${escapeHtml(tag.name)}</a>`,
  )
  const description = contract.tags.find((tag) => tag.name === name)?.description ?? ''
  return shell({
    title: `${name} · ${API_TITLE}`,
    path: '/docs',
    files,
    head: `<script type="module" src="${viewer}"></script>\n`,
    bodyClass: 'api',
    body: `<nav class="groups" aria-label="Groups of operations">
${groups.join('\n')}
</nav>
<button type="button" class="operations" aria-expanded="false">Operations</button>
<openapi-explorer spec-url="${part}" collapse hide-server-selection schema-style="table" schema-expand-level="2">
<div slot="overview" class="overview">
<h1>${escapeHtml(name)}</h1>
<p>${escapeHtml(description)}. <a href="/docs">All groups</a></p>
</div>
</openapi-explorer>
<noscript><p>This page needs JavaScript. The contract is at <a href="/openapi.json">/openapi.json</a>.</p></noscript>`,
  })
}
