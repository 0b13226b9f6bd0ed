// The entry point of the Worker, and its Durable Objects.
import { createApp } from './app.ts'
import { tick } from './cron/index.ts'
import type { Env } from './env.ts'
import { consumeQueue } from './jobs/index.ts'

export * from '../durable-objects/index.ts'

const app = createApp(Date.now)

export default {
  fetch: app.fetch,
  queue: (batch, env, ctx) => consumeQueue(batch, env, Date.now, (work) => ctx.waitUntil(work)),
  scheduled: (_controller, env, ctx) => tick(env, Date.now, (work) => ctx.waitUntil(work)),
} satisfies ExportedHandler<Env>
