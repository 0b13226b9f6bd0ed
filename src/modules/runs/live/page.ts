// A plain page that follows one run, for development. It signs in, reads the event stream and shows the run's progress.
import { type HtmlPage, html, htmlPage } from '../../../http/html-page.ts'

const STYLE = `
:root { color-scheme: light dark }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.3rem; overflow-wrap: anywhere }
progress { width: 100%; height: 1rem }
input, button { font: inherit; padding: .4rem .6rem; margin: .2rem .4rem .2rem 0 }
ul { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: .4rem }
li { border: 1px solid #8886; border-radius: .4rem; padding: .2rem .6rem }
li[data-status=succeeded] { background: #2a72 } li[data-status=failed] { background: #c335 } li[data-status=running] { background: #38f4 }
li[data-status=waiting], li[data-status=retrying] { background: #fb04 } li[data-status=skipped] { opacity: .5 }
pre { font: 12px/1.5 ui-monospace, monospace; background: #8881; padding: .6rem; border-radius: .4rem; max-height: 28rem; overflow: auto; white-space: pre-wrap }
`

const BODY = html`<main><h1>Run <code id="run"></code></h1>
<form id="sign-in"><input name="email" type="email" placeholder="E-mail" required autocomplete="username">
<input name="password" type="password" placeholder="Password" required autocomplete="current-password"><button>Follow</button></form>
<p role="status"></p><progress max="100" value="0"></progress><ul id="nodes"></ul><pre id="events"></pre></main>`

const SCRIPT = `
const runId = location.pathname.split('/')[2]
const at = (id) => document.getElementById(id)
const say = (text) => { document.querySelector('[role=status]').textContent = text }
at('run').textContent = runId
const nodes = new Map()
const steps = { started: 'running', expanded: 'running', progress: 'running' }

function show(path, status, error) {
  let item = nodes.get(path)
  if (!item) {
    item = document.createElement('li')
    nodes.set(path, item)
    at('nodes').append(item)
  }
  item.dataset.status = status
  item.textContent = error ? path + ' (' + error + ')' : path
}

const errorText = (error) => error ? [error.code, error.message].filter(Boolean).join(': ') : ''
const detailOf = async (answer) => (await answer.json().catch(() => ({}))).detail || 'The server answered ' + answer.status

function take(event) {
  const error = errorText(event.error)
  if (event.path && event.type.startsWith('node.')) show(event.path, steps[event.type.slice(5)] || event.type.slice(5), error)
  if (event.progress !== undefined) document.querySelector('progress').value = event.progress
  if (event.type.startsWith('run.')) say(error ? event.type + ', ' + error : event.type)
  at('events').textContent += event.seq + '  ' + event.type + (event.path ? '  ' + event.path : '') + (error ? '  ' + error : '') + (event.output === undefined ? '' : '  ' + JSON.stringify(event.output).slice(0, 300)) + '\\n'
  at('events').scrollTop = at('events').scrollHeight
}

async function follow(token) {
  const headers = { authorization: 'Bearer ' + token }
  const base = '/api/v1/runs/' + runId
  const run = await fetch(base, { headers })
  if (!run.ok) return say(await detailOf(run))
  at('sign-in').hidden = true
  const { nodes, status, error } = await run.json()
  say(error ? status + ', ' + errorText(error) : status)
  for (const node of nodes) show(node.path, node.status, errorText(node.error))
  const stream = await fetch(base + '/events', { headers })
  if (!stream.ok) return say(await detailOf(stream))
  const reader = stream.body.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    text += value
    const frames = text.split('\\n\\n')
    text = frames.pop()
    for (const frame of frames) {
      const data = frame.split('\\n').find((line) => line.startsWith('data: '))
      if (data) take(JSON.parse(data.slice(6)))
    }
  }
}

const start = (token) => follow(token).catch((error) => say('The connection was lost: ' + error.message))

at('sign-in').addEventListener('submit', async (event) => {
  event.preventDefault()
  const body = JSON.stringify(Object.fromEntries(new FormData(event.target)))
  const answer = await fetch('/api/v1/auth/login', { method: 'POST', headers: { 'content-type': 'application/json' }, body })
  if (!answer.ok) return say(await detailOf(answer))
  const { accessToken } = await answer.json()
  sessionStorage.setItem('token', accessToken)
  start(accessToken)
})
const known = sessionStorage.getItem('token')
if (known) start(known)
`

let page: Promise<HtmlPage> | undefined

export function livePage(): Promise<HtmlPage> {
  page ??= htmlPage({ title: 'Orrery run', style: STYLE, body: BODY, script: SCRIPT })
  return page
}
