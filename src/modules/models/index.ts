import { DAY_MS } from '../../core/clock.ts'
import { defineModule } from '../define-module.ts'
import { rewrapKeys } from './keys/seal.ts'
import { aiProviderRoutes, modelRoutes } from './routes.ts'

export { defaultModelChoice } from './list/service.ts'
export { estimateCall } from './service/estimate.ts'
export { judgeModelChoice } from './service/judge.ts'
export { modelsOf } from './service/models.ts'
export type { ModelsScope } from './targets/targets.ts'

export const modelsModule = defineModule({
  name: 'models',
  routes: [
    ['/api/v1/agents', modelRoutes],
    ['/api/v1/admin/settings/ai-providers', aiProviderRoutes],
  ],
  cron: [{ name: 're-encrypt keys of model providers', run: rewrapKeys }],
  // The state of a breaker that has not changed for a day is irrelevant.
  expires: [{ table: 'model_breakers', column: 'updated_at', keepMs: DAY_MS }],
})
