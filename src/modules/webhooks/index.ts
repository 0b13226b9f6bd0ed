import { defineModule } from '../define-module.ts'
import { webhooksExport } from './repo/export.ts'
import { callbackRoutes } from './routes/callbacks.ts'
import { deliveryRoutes } from './routes/deliveries.ts'
import { endpointRoutes } from './routes/endpoints.ts'
import { queueCallback } from './service/callbacks.ts'
import { recordLateRunChanges } from './service/run-changes.ts'
import { rewrapWebhookSecrets } from './service/secrets.ts'
import { wakeLateLanes } from './service/sweep.ts'

export { OUT_EVENT_TYPES, type OutEventType } from './event-types.ts'
export type { PublicEvent } from './payload.ts'
export { sendFromNode } from './service/from-node.ts'
export { type Recorded, recordEvents } from './service/record.ts'
export { recordRunChanges } from './service/run-changes.ts'
export { type Pass, sendDue } from './service/send.ts'

export const webhooksModule = defineModule({
  name: 'webhooks',
  routes: [
    ['/api/v1/webhooks', endpointRoutes],
    ['/api/v1/webhooks', deliveryRoutes],
    ['/api/v1/webhooks', callbackRoutes],
  ],
  jobs: { 'run.callback': queueCallback },
  cron: [
    { name: 'record run changes for webhooks', run: recordLateRunChanges, urgent: true },
    { name: 'send late webhooks', run: wakeLateLanes, urgent: true },
    { name: 're-encrypt webhook secrets', run: rewrapWebhookSecrets },
  ],
  expires: [
    { table: 'webhook_deliveries', column: 'created_at', retained: 'deliveries' },
    { table: 'webhook_events', column: 'created_at', retained: 'deliveries' },
  ],
  exportLists: webhooksExport,
})
