export { sweepRefusals } from './refusals.ts'
export { hookRoutes, limitByHook, triggerRoutes } from './routes.ts'
export { rewrapTriggerSecrets } from './secret.ts'
