import { defineModule } from '../define-module.ts'
import { deliverEvent } from './deliver.ts'
import { dispatchEvent } from './dispatch.ts'
import { eventsExport } from './export-repo.ts'
import { eventRoutes } from './routes.ts'

export { type FoundEvent, findEventData, findEventsSince, findUndeliveredSince } from './since-repo.ts'

export const eventsModule = defineModule({
  name: 'events',
  routes: [['/api/v1/events', eventRoutes]],
  jobs: { 'event.deliver': deliverEvent, 'event.dispatch': dispatchEvent },
  expires: [{ table: 'inbound_events', column: 'created_at', retained: 'events' }],
  exportLists: eventsExport,
})
