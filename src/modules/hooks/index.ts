export { hookRoutes, limitByHook, triggerSecretRoutes } from './routes.ts'
export { rewrapTriggerSecrets } from './secret.ts'
