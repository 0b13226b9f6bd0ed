// The parts of deployment platforms that deployments use, on one local server. Started once before the tests in
// workerd.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { TestProject } from 'vitest/node'
import { type Served, serve } from '../serve.ts'
import { github } from './github.ts'
import { control } from './log.ts'
import { netlify } from './netlify.ts'
import { s3 } from './s3.ts'
import { vercel } from './vercel.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Its origin. */
    platforms: string
  }
}

type Handler = (request: IncomingMessage, response: ServerResponse, url: URL) => Promise<void>

/** Every other path is a bucket. */
const HANDLERS: Record<string, Handler> = {
  ...{ github, netlify, vercel },
  ...{ _log: control, _fault: control },
}

export const servePlatforms = (): Promise<Served> =>
  serve((base) => async (request, response) => {
    const url = new URL(request.url ?? '/', base)
    const handler = HANDLERS[url.pathname.split('/')[1] ?? ''] ?? s3
    await handler(request, response, url)
  })

let served: Served | undefined

export async function setup(project: TestProject): Promise<void> {
  served = await servePlatforms()
  project.provide('platforms', served.url)
}

export async function teardown(): Promise<void> {
  await served?.close()
}
