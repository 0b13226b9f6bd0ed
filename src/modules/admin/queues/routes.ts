import { idPattern } from '../../../core/ids.ts'
import { access } from '../../../http/auth.ts'
import { doc, validate } from '../../../http/openapi.ts'
import { router } from '../../../http/router.ts'
import {
  AdminQueues,
  ChangedMessages,
  ChooseDeadMessages,
  ListQueuedMessages,
  QueuedMessage,
  QueuedMessagePage,
} from './schema.ts'
import {
  discardMessage,
  discardMessages,
  getMessage,
  getQueues,
  listMessages,
  redriveMessage,
  redriveMessages,
} from './service.ts'

const MESSAGE = `/messages/:id{${idPattern('msg')}}` as const

export const queueRoutes = router()
  .get(
    '/',
    access('admin:read'),
    doc('admin.queues.get', 'Get figures about pending, late and dead messages', 200, AdminQueues),
    async (c) => c.json(await getQueues(c.var.ctx)),
  )
  .get(
    '/messages',
    access('admin:read'),
    doc('admin.queues.list', 'List messages that are not done', 200, QueuedMessagePage, {
      description: 'By default the dead messages, in the order in which they were given up.',
    }),
    validate('query', ListQueuedMessages),
    async (c) => c.json(await listMessages(c.var.ctx, c.req.valid('query'))),
  )
  .post(
    '/redrive',
    access('admin:write'),
    doc('admin.queues.redriveAll', 'Retry dead messages', 200, ChangedMessages, {
      description: 'Up to 500 at a time, oldest first. Repeat the request while `remaining` is above 0.',
    }),
    validate('json', ChooseDeadMessages, { optional: true }),
    async (c) => c.json(await redriveMessages(c.var.ctx, c.req.valid('json'))),
  )
  .post(
    '/discard',
    access('admin:write'),
    doc('admin.queues.discardAll', 'Delete dead messages', 200, ChangedMessages, {
      description:
        'Their work will not be done. Up to 500 at a time, oldest first. Repeat the request while `remaining` is above 0.',
    }),
    validate('json', ChooseDeadMessages, { optional: true }),
    async (c) => c.json(await discardMessages(c.var.ctx, c.req.valid('json'))),
  )
  .get(
    MESSAGE,
    access('admin:read'),
    doc('admin.queues.getMessage', 'Get a message that is not done', 200, QueuedMessage),
    async (c) => c.json(await getMessage(c.var.ctx, c.req.param('id'))),
  )
  .post(
    `${MESSAGE}/redrive`,
    access('admin:write'),
    doc('admin.queues.redrive', 'Retry a dead message', 200, QueuedMessage),
    async (c) => c.json(await redriveMessage(c.var.ctx, c.req.param('id'))),
  )
  .delete(
    MESSAGE,
    access('admin:write'),
    doc('admin.queues.discard', 'Delete a dead message', 204, null, {
      description: 'Its work will not be done.',
    }),
    async (c) => {
      await discardMessage(c.var.ctx, c.req.param('id'))
      return c.body(null, 204)
    },
  )
