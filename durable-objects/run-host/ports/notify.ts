// Mail, notifications and webhooks of nodes, for the run's team and for the person who started the run.
import { openContext } from '../../../src/context.ts'
import { AppError } from '../../../src/core/errors.ts'
import type { Json } from '../../../src/core/json.ts'
import type { Env } from '../../../src/env.ts'
import { sendTeamMail, type TeamMailScope } from '../../../src/modules/mail/index.ts'
import { notifyFromNode } from '../../../src/modules/notifications/index.ts'
import { sendFromNode } from '../../../src/modules/webhooks/index.ts'
import { NodeFailure } from '../../../src/nodes/node.ts'
import type { NotifyPort } from '../../../src/nodes/ports.ts'
import { ask } from './binding.ts'

export type NotifyScope = TeamMailScope & {
  env: Env
  runId: string
  workflow: { id: string; name: string } | null
}

export const notifyPort = (scope: NotifyScope): NotifyPort => ({
  email: (mail, key) => askOrFail('The outbox', () => sendTeamMail(scope, mail, key)),
  user: (notice, key) => askOrFail('The outbox', () => notifyFromNode(scope, notice, key)),
  webhook: ({ body, ...target }, key) => {
    const { env, requestId, now } = scope
    const request = openContext(env, { now, requestId, defer: (work) => void work })
    return askOrFail('The queue of deliveries', () => sendFromNode(request, scope, target, body as Json, key))
  },
})

async function askOrFail<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await ask(what, work)
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    throw new NodeFailure({ code: error.code, message: error.message, retryable: false })
  }
}
