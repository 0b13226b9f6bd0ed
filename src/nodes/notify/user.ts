import * as z from 'zod'
import { effectNode } from '../node.ts'
import { mainPort } from '../ports-of.ts'

const MAX_USERS = 50
const User = z.string().min(1).max(64)

export const notifyUser = effectNode({
  type: 'notify.user',
  category: 'notify',
  summary: 'Notifies members of the team according to their settings: in the app, by email or by webhook.',
  params: z.strictObject({
    to: z
      .union([User, z.array(User).min(1).max(MAX_USERS)])
      .optional()
      .describe(`Ids of members of the team, at most ${MAX_USERS}. Default: the person who started the run.`),
    title: z.string().min(1).max(200).optional().describe('One line. Default: the name of the workflow.'),
    message: z.string().min(1).max(5_000).describe('The message.'),
    level: z
      .enum(['info', 'success', 'warning', 'error'])
      .optional()
      .meta({ description: 'How important it is.', default: 'info' }),
    link: z
      .url({ protocol: /^https?$/ })
      .max(2_000)
      .optional()
      .describe('A link to more details.'),
  }),
  output: '`{ to }`: the ids of the notified users. A repeated attempt notifies nobody twice.',
  example: { message: 'Order {{ input.orderId }} is done.', level: 'success' },
  ports: mainPort,
  needsCredential: false,
  effectful: true,
  run: async ({ notify }, { params, idempotencyKey }) => {
    const { to, title, message, level = 'info', link } = params
    const userIds = to === undefined ? null : [...new Set(typeof to === 'string' ? [to] : to)]
    const recipients = await notify.user(
      { userIds, title: title ?? null, message, level, link: link ?? null },
      idempotencyKey,
    )
    return { output: { to: recipients } }
  },
})
