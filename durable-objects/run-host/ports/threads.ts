// Threads of the run's team, for a run that answers in a thread.
import { recallThread } from '../../../src/modules/agent-threads/index.ts'
import { NodeFailure } from '../../../src/nodes/node.ts'
import type { ThreadsPort } from '../../../src/nodes/ports.ts'
import { ask } from './binding.ts'

type Scope = Parameters<typeof recallThread>[0] & { teamId: string; runId: string }

const REFUSED = {
  not_found: ['agent.thread_not_found', 'The team has no such thread'],
  other_agent: ['agent.thread_other_agent', 'Another agent answers in the thread'],
  too_large: ['agent.question_too_large', 'The question is larger than a thread keeps'],
  full: ['agent.thread_full', 'The thread holds as much as it can'],
  busy: ['agent.thread_busy', 'Another call is being answered in the thread'],
} as const

export const threadsPort = ({ teamId, runId, ...scope }: Scope): ThreadsPort => ({
  recall: async (question) => {
    const recalled = await ask('The database', () => recallThread(scope, { ...question, teamId, runId }))
    if (typeof recalled !== 'string') return recalled
    const [code, message] = REFUSED[recalled]
    throw new NodeFailure({ code, message, retryable: recalled === 'busy' && question.mayWait })
  },
})
