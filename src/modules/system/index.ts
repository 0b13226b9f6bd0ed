import { DAY_MS } from '../../core/clock.ts'
import { defineModule } from '../define-module.ts'
import { systemRoutes } from './routes.ts'
import { sweepOutbox } from './sweep-outbox.ts'

export { findLastTick, recordTick, type TaskResult } from './tick-repo.ts'

/** How long dead outbox rows are kept, so that people can look at them. */
const OUTBOX_LIFE_MS = 7 * DAY_MS

export const systemModule = defineModule({
  name: 'system',
  routes: [['/', systemRoutes]],
  publicRoutes: [
    'GET /',
    'GET /health',
    'GET /health/db',
    'GET /health/ready',
    'GET /openapi.json',
    'GET /dev/flaky/:key{[A-Za-z0-9_-]+}',
  ],
  cron: [{ name: 'sweep outbox', run: sweepOutbox, urgent: true }],
  expires: [
    { table: 'outbox', column: 'done_at', keepMs: OUTBOX_LIFE_MS, and: "status = 'done'" },
    { table: 'idempotency_keys', column: 'expires_at', keepMs: 0 },
  ],
})
