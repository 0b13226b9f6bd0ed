export { hookRoutes, limitByHook, triggerSecretRoutes } from './routes.ts'
export { triggerSecretPlace } from './secret.ts'
