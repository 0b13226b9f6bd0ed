// The target of the five calls of H5: the smallest possible server.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export async function startEcho(): Promise<{ host: string; stop: () => void }> {
  const server = createServer((request, response) => {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ url: request.url }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const stop = (): void => {
    server.closeAllConnections()
    server.close()
  }
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, stop }
}
