// Mail of nodes, for the run's team and for the person who started the run.
import { AppError } from '../../../src/core/errors.ts'
import { sendTeamMail, type TeamMailScope } from '../../../src/modules/mail/index.ts'
import { NodeFailure } from '../../../src/nodes/node.ts'
import type { NotifyPort } from '../../../src/nodes/ports.ts'
import { ask } from './binding.ts'

export const notifyPort = (scope: TeamMailScope): NotifyPort => ({
  email: async (mail, key) => {
    try {
      await ask('The outbox', () => sendTeamMail(scope, mail, key))
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      throw new NodeFailure({ code: error.code, message: error.message, retryable: false })
    }
  },
})
