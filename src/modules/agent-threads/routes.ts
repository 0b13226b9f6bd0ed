import { idPattern } from '../../core/ids.ts'
import { access } from '../../http/auth.ts'
import { idempotent } from '../../http/idempotency.ts'
import { doc, validate } from '../../http/openapi.ts'
import { router, UPDATE } from '../../http/router.ts'
import {
  CreateThread,
  ListMessages,
  ListThreads,
  Thread,
  ThreadMessagePage,
  ThreadPage,
  UpdateThread,
} from './schema.ts'
import {
  createThread,
  deleteThread,
  getThread,
  listMessages,
  listThreads,
  updateThread,
} from './service/threads.ts'

const ID = `:id{${idPattern('thr')}}` as const

export const threadRoutes = router()
  .get(
    '/threads',
    access('agents:read'),
    doc('agents.threads.list', 'List the threads of the team', 200, ThreadPage),
    validate('query', ListThreads),
    async (c) => c.json(await listThreads(c.var.ctx, c.req.valid('query'))),
  )
  .post(
    '/threads',
    access('agents:run'),
    idempotent(getThread),
    doc('agents.threads.create', 'Begin a thread: a conversation that agents remember', 201, Thread),
    validate('json', CreateThread),
    async (c) => c.json(await createThread(c.var.ctx, c.req.valid('json')), 201),
  )
  .get(
    `/threads/${ID}`,
    access('agents:read'),
    doc('agents.threads.get', 'Get a thread', 200, Thread),
    async (c) => c.json(await getThread(c.var.ctx, c.req.param('id'))),
  )
  .on(
    UPDATE,
    `/threads/${ID}`,
    access('agents:run'),
    doc('agents.threads.update', 'Rename a thread, or change its metadata', 200, Thread),
    validate('json', UpdateThread),
    async (c) => c.json(await updateThread(c.var.ctx, c.req.param('id'), c.req.valid('json'))),
  )
  .delete(
    `/threads/${ID}`,
    access('agents:run'),
    doc('agents.threads.delete', 'Delete a thread with all that was said in it', 204, null, {
      description: 'Runs of its calls are kept. An active call continues.',
    }),
    async (c) => {
      await deleteThread(c.var.ctx, c.req.param('id'))
      return c.body(null, 204)
    },
  )
  .get(
    `/threads/${ID}/messages`,
    access('agents:read'),
    doc('agents.threads.listMessages', 'List the messages of a thread', 200, ThreadMessagePage, {
      description:
        'Each is a UI message of the AI SDK. An answer that is under way is not among them: `GET /agents/threads/:id/stream` has it.',
    }),
    validate('query', ListMessages),
    async (c) => c.json(await listMessages(c.var.ctx, c.req.param('id'), c.req.valid('query'))),
  )
