import * as z from 'zod'
import { tool } from './tool.ts'

export const notifyTool = tool({
  name: 'notify',
  description: 'Notifies the person who started this, or the members of the team in the agent’s settings.',
  args: z.strictObject({ title: z.string().max(200).optional(), message: z.string().min(1).max(4_000) }),
  config: z.strictObject({
    userIds: z
      .array(z.string().max(64))
      .min(1)
      .max(100)
      .optional()
      .describe('Default: the person who started the run.'),
  }),
  run: async ({ notify }, { args: { title = null, message }, config, key }) => {
    const recipients = await notify.user(
      { userIds: config.userIds ?? null, title, message, level: 'info', link: null },
      key,
    )
    return { notified: recipients.length }
  },
})
