export { hookRoutes, limitByHook, triggerSecretRoutes } from './routes.ts'
