import { access } from '../../../http/auth.ts'
import { idempotent } from '../../../http/idempotency.ts'
import { doc, validate } from '../../../http/openapi.ts'
import { router } from '../../../http/router.ts'
import { ID } from '../task-path.ts'
import { CreateTaskComment, ListTaskComments, TaskComment, TaskCommentPage } from './schema.ts'
import { addComment, getComment, listComments } from './service.ts'

export const commentRoutes = router()
  .get(
    `${ID}/comments`,
    access('tasks:read'),
    doc('tasks.comments.list', 'List the comments on a task', 200, TaskCommentPage),
    validate('query', ListTaskComments),
    async (c) => c.json(await listComments(c.var.ctx, c.req.param('id'), c.req.valid('query'))),
  )
  .post(
    `${ID}/comments`,
    access('tasks:write'),
    idempotent(getComment),
    doc('tasks.comments.create', 'Comment on a task', 201, TaskComment),
    validate('json', CreateTaskComment),
    async (c) => c.json(await addComment(c.var.ctx, c.req.param('id'), c.req.valid('json')), 201),
  )
