// Real sockets and streams of hubs, opened through the app.
import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { app, type Caller, post } from '../../helpers/api.ts'
import { changed, eventually } from '../../helpers/changes.ts'
import { runJobs } from '../../helpers/jobs.ts'

export const REALTIME = '/api/v1/realtime'

export type Frame = {
  type: string
  channel?: string
  seq?: number
  code?: string
  snapshot?: any
  event?: any
}

const headersOf = (as: Caller): Record<string, string> => ({
  ...(as.token ? { authorization: `Bearer ${as.token}` } : {}),
  ...(as.apiKey ? { 'x-api-key': as.apiKey } : {}),
  ...(as.teamId ? { 'x-team-id': as.teamId } : {}),
})

export const ask = async (
  path: string,
  as: Caller,
  headers: Record<string, string> = {},
): Promise<Response> => {
  const context = createExecutionContext()
  const response = await app.fetch(
    new Request(`http://orrery.test${path}`, { headers: { ...headersOf(as), ...headers } }),
    env,
    context,
  )
  await waitOnExecutionContext(context)
  return response
}

export type Live = {
  frames: Frame[]
  events: (channel: string) => Frame[]
  of: (channel: string, type: string) => Frame[]
  send: (frame: unknown) => void
  close: () => void
  closed: () => { code: number; reason: string } | null
  until: (check: () => boolean) => Promise<void>
}

export function listen(ws: WebSocket): Live {
  const frames: Frame[] = []
  let closed: { code: number; reason: string } | null = null
  ws.addEventListener('message', ({ data }) => {
    frames.push(JSON.parse(String(data)) as Frame)
    changed()
  })
  ws.addEventListener('close', ({ code, reason }) => {
    closed = { code, reason }
    changed()
  })
  ws.accept()
  const of = (channel: string, type: string) =>
    frames.filter((frame) => frame.channel === channel && frame.type === type)
  return {
    frames,
    of,
    events: (channel) => of(channel, 'event'),
    send: (frame) => ws.send(typeof frame === 'string' ? frame : JSON.stringify(frame)),
    close: () => ws.close(1000),
    closed: () => closed,
    until: (check) =>
      eventually(() => {
        if (!check())
          throw new Error(`Not yet: ${JSON.stringify(frames.slice(-5))}, closed ${JSON.stringify(closed)}`)
      }),
  }
}

export async function socket(
  as: Caller,
  channels: string[] | null = null,
  kind: 'workflows' | 'notifications' = 'workflows',
): Promise<Live> {
  const query = channels === null ? '' : `?channels=${channels.join(',')}`
  const response = await ask(`${REALTIME}/ws/${kind}/me${query}`, as, { upgrade: 'websocket' })
  if (response.webSocket === null) throw new Error(`${response.status} ${await response.text()}`)
  const live = listen(response.webSocket)
  if (channels !== null && channels.length > 0)
    await live.until(() =>
      channels.every(
        (channel) => live.of(channel, 'subscribed').length > 0 || live.of(channel, 'error').length > 0,
      ),
    )
  return live
}

export async function ticketOf(
  as: Caller,
  channels?: string[],
  headers: Record<string, string> = {},
): Promise<string> {
  const made = await post(`${REALTIME}/tickets`, as, channels === undefined ? {} : { channels }, headers)
  if (made.status !== 201) throw new Error(`${made.status} ${made.text}`)
  return made.body.ticket
}

/** Closed soon because the rights have ended. */
export const cutOff = (live: Live): Promise<void> =>
  eventually(async () => {
    await runJobs()
    const { code, reason } = live.closed() ?? {}
    if (code !== 1008 || reason !== 'rights ended') throw new Error(`closed with ${code} ${reason}`)
  })
