import { access } from '../../http/auth.ts'
import { idempotent } from '../../http/idempotency.ts'
import { doc, validate } from '../../http/openapi.ts'
import { router } from '../../http/router.ts'
import { EventReceipt, EventTypePage, ListEventTypes, SendEvent } from './schema.ts'
import { getEvent, sendEvent } from './send.ts'
import { listEventTypes } from './types.ts'

export const eventRoutes = router()
  .post(
    '/',
    access('runs:write'),
    idempotent(getEvent, 202),
    doc('events.send', 'Send an event', 202, EventReceipt, {
      description:
        'Starts a run for each active event trigger of the team whose name or pattern (`order.*`) matches the event and whose `filter` is true. The filter sees the event as `input` (`{ name, data, id, at }`, the input of the run) and its data as `item`. The event also ends the open waits (`flow.waitForEvent`) of the team’s runs whose name or pattern and filter match. It has no effect on waits that begin later. To reach a single run, or a run that does not wait yet, use POST /workflows/executions/{id}/signal.',
    }),
    validate('json', SendEvent),
    async (c) => c.json(await sendEvent(c.var.ctx, c.req.valid('json')), 202),
  )
  .get(
    '/types',
    access('workflows:read'),
    doc('events.listTypes', 'List event names', 200, EventTypePage, {
      description:
        'Events that the team sends, listens to or waits for (`in`), and events of the service that webhooks receive (`out`), by name.',
    }),
    validate('query', ListEventTypes),
    async (c) => c.json(await listEventTypes(c.var.ctx, c.req.valid('query'))),
  )
