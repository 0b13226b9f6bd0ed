export { dispatchEvent } from './dispatch.ts'
export { eventRoutes } from './routes.ts'
export { sweepEvents } from './sweep.ts'
