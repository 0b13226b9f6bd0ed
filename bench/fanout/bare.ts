// The baseline of the fan-out benchmark: one object with hibernating sockets that sends a text to each of them.
import { DurableObject } from 'cloudflare:workers'

export class Room extends DurableObject {
  override async fetch(request: Request): Promise<Response> {
    if (request.headers.get('upgrade') === 'websocket') {
      const { 0: client, 1: server } = new WebSocketPair()
      this.ctx.acceptWebSocket(server)
      return new Response(null, { status: 101, webSocket: client })
    }
    const frame = await request.text()
    const sockets = this.ctx.getWebSockets()
    for (const socket of sockets) socket.send(frame)
    return Response.json({ sockets: sockets.length })
  }

  override webSocketMessage(): void {}
}

export default {
  fetch: (request: Request, env: { ROOMS: DurableObjectNamespace<Room> }) =>
    env.ROOMS.get(env.ROOMS.idFromName('one')).fetch(request),
}
