// A plain page that follows one run, for development: it signs in, reads the event stream and draws what it says.
import { type HtmlPage, htmlPage } from '../../http/html-page.ts'

const STYLE = `
:root { color-scheme: light dark }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
progress { width: 100%; height: 1rem }
input, button { font: inherit; padding: .4rem .6rem; margin: .2rem .4rem .2rem 0 }
ul { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: .4rem }
li { border: 1px solid #8886; border-radius: .4rem; padding: .2rem .6rem }
li[data-status=succeeded] { background: #2a72 } li[data-status=failed] { background: #c335 } li[data-status=running] { background: #38f4 }
li[data-status=waiting], li[data-status=retrying] { background: #fb04 } li[data-status=skipped] { opacity: .5 }
pre { font: 12px/1.5 ui-monospace, monospace; background: #8881; padding: .6rem; border-radius: .4rem; max-height: 28rem; overflow: auto; white-space: pre-wrap }
`

const BODY = `<main><h1>Run <code id="run"></code></h1>
<form id="sign-in"><input name="email" type="email" placeholder="E-mail" required autocomplete="username">
<input name="password" type="password" placeholder="Password" required autocomplete="current-password"><button>Follow</button></form>
<p role="status"></p><progress max="100" value="0"></progress><ul id="nodes"></ul><pre id="events"></pre></main>`

const SCRIPT = `
const runId = location.pathname.split('/')[2]
const at = (id) => document.getElementById(id)
const say = (text) => { document.querySelector('[role=status]').textContent = text }
at('run').textContent = runId
const nodes = new Map()
const open = new Set(['pending', 'running', 'retrying', 'waiting'])

function show(path, status) {
  let item = nodes.get(path)
  if (!item) {
    item = document.createElement('li')
    item.textContent = path
    nodes.set(path, item)
    at('nodes').append(item)
  }
  item.dataset.status = status
  const done = [...nodes.values()].filter((one) => !open.has(one.dataset.status)).length
  document.querySelector('progress').value = (done / nodes.size) * 100
}

function take(event) {
  if (event.path && event.type.startsWith('node.')) show(event.path, { started: 'running' }[event.type.slice(5)] || event.type.slice(5))
  if (event.type.startsWith('run.')) say(event.type)
  at('events').textContent += event.seq + '  ' + event.type + (event.path ? '  ' + event.path : '') + (event.output === undefined ? '' : '  ' + JSON.stringify(event.output).slice(0, 300)) + '\\n'
  at('events').scrollTop = at('events').scrollHeight
}

async function follow(token) {
  const headers = { authorization: 'Bearer ' + token }
  const base = '/api/v1/workflows/executions/' + runId
  const run = await fetch(base, { headers })
  if (!run.ok) return say((await run.json()).detail)
  at('sign-in').hidden = true
  for (const node of (await run.json()).nodes) show(node.path, node.status)
  const stream = await fetch(base + '/events', { headers })
  const reader = stream.body.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    text += value
    const frames = text.split('\\n\\n')
    text = frames.pop()
    for (const frame of frames) take(JSON.parse(frame.split('\\n').find((line) => line.startsWith('data: ')).slice(6)))
  }
}

at('sign-in').addEventListener('submit', async (event) => {
  event.preventDefault()
  const body = JSON.stringify(Object.fromEntries(new FormData(event.target)))
  const answer = await fetch('/api/v1/auth/login', { method: 'POST', headers: { 'content-type': 'application/json' }, body })
  const said = await answer.json()
  if (!answer.ok) return say(said.detail)
  sessionStorage.setItem('token', said.accessToken)
  follow(said.accessToken)
})
const known = sessionStorage.getItem('token')
if (known) follow(known)
`

let page: Promise<HtmlPage> | undefined

export function livePage(): Promise<HtmlPage> {
  page ??= htmlPage({ title: 'Orrery run', style: STYLE, body: BODY, script: SCRIPT })
  return page
}
