export { findRunnable, loadRunnable, type Runnable } from './repo.ts'
export { executionRoutes } from './routes/executions.ts'
export { startRoutes } from './routes/start.ts'
export { type Start, type Started, startRunnable } from './service/start.ts'
