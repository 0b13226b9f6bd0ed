// Real sockets and event streams of runs, opened through the app.
import { createExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { app, type Caller, post } from '../../helpers/api.ts'
import { changed, eventually } from '../../helpers/changes.ts'
import { runJobs } from '../../helpers/jobs.ts'
import type { Definition } from '../../helpers/runs.ts'
import { newWorkflow } from '../../helpers/workflows.ts'

export const RUNS = '/api/v1/workflows/executions'

export const waiting: Definition = {
  nodes: [{ id: 'wait', type: 'flow.waitForEvent', params: { name: 'go' } }],
}

export async function startedBy(owner: Caller & { teamId: string }, definition = waiting): Promise<string> {
  const workflowId = await newWorkflow(owner.teamId, definition)
  const { body } = await post(`/api/v1/workflows/${workflowId}/execute`, owner, {})
  return body.id
}

const headersOf = (as: Caller): Record<string, string> => ({
  ...(as.token ? { authorization: `Bearer ${as.token}` } : {}),
  ...(as.apiKey ? { 'x-api-key': as.apiKey } : {}),
  ...(as.teamId ? { 'x-team-id': as.teamId } : {}),
})

const open = (path: string, as: Caller, headers: Record<string, string>): Promise<Response> =>
  Promise.resolve(
    app.fetch(
      new Request(`http://orrery.test${RUNS}/${path}`, { headers: { ...headersOf(as), ...headers } }),
      env,
      createExecutionContext(),
    ),
  )

export type Followed = {
  types: string[]
  send: (text: string) => void
  close: () => void
  /** Null while it is open. */
  closed: () => { code: number; reason: string } | null
}

export const askSocket = (
  runId: string,
  as: Caller,
  headers: Record<string, string> = {},
): Promise<Response> => open(`${runId}/ws`, as, { upgrade: 'websocket', ...headers })

/** A socket that is live. */
export async function socket(runId: string, as: Caller): Promise<Followed> {
  const response = await askSocket(runId, as)
  const ws = response.webSocket
  if (ws === null) throw new Error(`The socket was answered ${response.status}: ${await response.text()}`)
  const types: string[] = []
  let closed: { code: number; reason: string } | null = null
  ws.addEventListener('message', ({ data }) => {
    types.push((JSON.parse(String(data)) as { type: string }).type)
    changed()
  })
  ws.addEventListener('close', ({ code, reason }) => {
    closed = { code, reason }
    changed()
  })
  ws.accept()
  await eventually(() => {
    if (!types.includes('subscribed')) throw new Error(`The socket has had ${types.join()}`)
  })
  return { types, send: (text) => ws.send(text), close: () => ws.close(1000), closed: () => closed }
}

/** A stream that has received the events so far. */
export async function stream(runId: string, as: Caller) {
  const response = await open(`${runId}/events`, as, { accept: 'text/event-stream' })
  if (response.body === null || response.status !== 200) throw new Error(`${response.status}`)
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
  const first = await reader.read()
  let text = first.value ?? ''
  let ended = false
  const read = async (): Promise<void> => {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) break
      text += value
      changed()
    }
    ended = true
    changed()
  }
  void read()
  return { text: () => text, ended: () => ended, cancel: () => reader.cancel() }
}

/** Ended soon because the rights have ended. */
export const cutOff = (follower: Followed): Promise<void> =>
  eventually(async () => {
    await runJobs()
    const { code, reason } = follower.closed() ?? {}
    if (code !== 1008 || reason !== 'rights ended') throw new Error(`closed with ${code} ${reason}`)
  })

export async function inIndex(runId: string): Promise<number> {
  const row = await env.DB.prepare('SELECT count(*) AS n FROM run_followers WHERE run_id = ?')
    .bind(runId)
    .first<{ n: number }>()
  return row?.n ?? 0
}
