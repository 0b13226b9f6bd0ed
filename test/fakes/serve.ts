// Local servers for the tests, on free loopback ports.
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Served = { url: string; close: () => Promise<void> }

/** The listener is created once the URL is known, because an issuer must contain its own URL. */
export async function serve(
  listenerOf: (url: string) => RequestListener | Promise<RequestListener>,
): Promise<Served> {
  let listener: RequestListener = (_request, response) => response.writeHead(503).end()
  // An aborted request fails its listener, and nothing else.
  const server = createServer((request, response) => {
    void (async () => listener(request, response))().catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  listener = await listenerOf(url)
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  return { url, close }
}

export async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  return text
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
