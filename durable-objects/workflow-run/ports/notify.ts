// Mail of nodes. It goes through the outbox like all mail: the row's id follows from the node's key and the recipient,
// so a second attempt writes nothing new, and the claim of the row keeps it from being sent twice.
import { derivedId } from '../../../src/core/ids.ts'
import type { Env } from '../../../src/env.ts'
import type { NotifyPort } from '../../../src/nodes/ports.ts'
import { postMessages } from '../../../src/queue/post.ts'
import { ask } from './binding.ts'

export function notifyPort(env: Env, requestId: string, now: () => number): NotifyPort {
  return {
    email: async ({ to, ...mail }, key) => {
      const messages = await Promise.all(
        to.map(async (recipient) => ({
          id: await derivedId('msg', `${key} ${recipient}`),
          message: { type: 'mail.send' as const, to: recipient, ...mail },
        })),
      )
      await ask('The outbox', () => postMessages(env, messages, requestId, now()))
    },
  }
}
