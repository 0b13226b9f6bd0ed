// The reference as one page without any outside address: it reads /openapi.json and draws it.
import { type HtmlPage, htmlPage } from '../../http/html-page.ts'
import { docsScript } from './docs-script.ts'

const STYLE = `
:root { color-scheme: light dark; --line: #8884; --soft: #8881; --accent: #5b5bd6 }
* { box-sizing: border-box }
body { margin: 0; font: 15px/1.5 system-ui, sans-serif; display: grid; grid-template-columns: 17rem 1fr; min-height: 100vh }
nav { border-right: 1px solid var(--line); padding: 1rem; position: sticky; top: 0; height: 100vh; overflow: auto }
nav a { display: block; color: inherit; text-decoration: none; padding: .15rem .4rem; border-radius: .3rem }
nav a:hover { background: var(--soft) }
main { padding: 1.5rem 2rem; max-width: 60rem; min-width: 0 }
input, textarea, button { font: inherit; padding: .35rem .5rem; border: 1px solid var(--line); border-radius: .35rem; background: transparent; color: inherit; width: 100% }
button { width: auto; background: var(--accent); color: #fff; border: 0; padding: .4rem 1rem; cursor: pointer }
details { border: 1px solid var(--line); border-radius: .5rem; margin: .5rem 0 }
summary { padding: .5rem .75rem; cursor: pointer; display: flex; gap: .75rem; align-items: baseline; flex-wrap: wrap }
summary small { opacity: .7 }
.body { padding: 0 .75rem .75rem }
.method { font: 600 12px/1 ui-monospace, monospace; min-width: 3.6rem; color: var(--accent) }
code, pre, textarea { font: 13px/1.5 ui-monospace, monospace }
pre { background: var(--soft); padding: .6rem; border-radius: .35rem; overflow: auto; max-height: 24rem }
table { border-collapse: collapse; width: 100% } td, th { text-align: left; padding: .2rem .5rem .2rem 0; vertical-align: top; border-bottom: 1px solid var(--line) }
h2 { margin-top: 2rem; text-transform: capitalize } label { display: block; margin: .4rem 0 }
@media (max-width: 50rem) { body { grid-template-columns: 1fr } nav { position: static; height: auto; border: 0 } main { padding: 1rem } }
`

const BODY = `<nav aria-label="Routes"><strong>Orrery API</strong><p><input id="filter" type="search" placeholder="Filter" aria-label="Filter routes"></p><div id="tags"></div></nav>
<main><h1>Orrery API</h1><p>The contract of this server, as <a href="/openapi.json">OpenAPI 3.1</a>.</p>
<label>Access token or API key, for trying things out here <input id="token" type="password" autocomplete="off"></label>
<div id="operations">Loading…</div></main>`

let page: Promise<HtmlPage> | undefined

export function docsPage(): Promise<HtmlPage> {
  page ??= htmlPage({ title: 'Orrery API', style: STYLE, body: BODY, script: docsScript })
  return page
}
