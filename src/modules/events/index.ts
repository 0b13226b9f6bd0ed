export { deliverEvent } from './deliver.ts'
export { dispatchEvent } from './dispatch.ts'
export { eventRoutes } from './routes.ts'
export { EVENT_LIFE_MS, sweepEvents } from './sweep.ts'
