import { createApp } from './app.ts'
import type { Env } from './env.ts'

export * from '../durable-objects/index.ts'

const app = createApp(Date.now)

export default {
  fetch: app.fetch,
} satisfies ExportedHandler<Env>
