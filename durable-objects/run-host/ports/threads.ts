// Threads of the run's team, for a run that answers in one.
import { recallThread } from '../../../src/modules/agent-threads/index.ts'
import { NodeFailure } from '../../../src/nodes/node.ts'
import type { ThreadsPort } from '../../../src/nodes/ports.ts'
import { ask } from './binding.ts'

type Scope = Parameters<typeof recallThread>[0] & { teamId: string; runId: string }

export const threadsPort = ({ teamId, runId, ...scope }: Scope): ThreadsPort => ({
  recall: async (question) => {
    const recalled = await ask('The database', () => recallThread(scope, { ...question, teamId, runId }))
    if (recalled === 'not_found')
      throw new NodeFailure({
        code: 'agent.thread_not_found',
        message: 'The thread is not there any more',
        retryable: false,
      })
    if (recalled === 'busy')
      throw new NodeFailure({
        code: 'agent.thread_busy',
        message: 'Another call is being answered in the thread',
        retryable: true,
      })
    return recalled
  },
})
