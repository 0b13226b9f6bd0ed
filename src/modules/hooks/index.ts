import { DAY_MS } from '../../core/clock.ts'
import { defineModule } from '../define-module.ts'
import { hookRoutes, refusedDeliveryRoutes } from './routes.ts'

export { limitByHook } from './routes.ts'

const REFUSAL_LIFE_MS = 7 * DAY_MS

export const hooksModule = defineModule({
  name: 'hooks',
  routes: [
    ['/api/v1/workflows', refusedDeliveryRoutes],
    ['/api/v1/hooks', hookRoutes],
  ],
  publicRoutes: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].flatMap((method) => [
    `${method} /api/v1/hooks/:token`,
    `${method} /api/v1/hooks/:token/:rest{.+}`,
  ]),
  expires: [{ table: 'hook_refusals', column: 'created_at', keepMs: REFUSAL_LIFE_MS }],
})
