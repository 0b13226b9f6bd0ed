import { createServer } from 'node:net'

export class PortTakenError extends Error {}

/** The port itself, or a free one for 0. Throws a clear error if it is not available. */
export function findPort(port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE')
        reject(
          new PortTakenError(
            `Port ${port} is in use by another program. Set PORT to another, e.g. PORT=8788 npm start.`,
          ),
        )
      else reject(new PortTakenError(`Port ${port} on ${host} cannot be opened: ${error.message}`))
    })
    probe.listen({ port, host, exclusive: true }, () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : port))
    })
  })
}
