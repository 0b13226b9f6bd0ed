// Threads of the run's team, for a run that answers in a thread.
import { recallThread } from '../../../src/modules/agent-threads/index.ts'
import { NodeFailure } from '../../../src/nodes/node.ts'
import type { ThreadsPort } from '../../../src/nodes/ports.ts'
import { ask } from './binding.ts'

type Scope = Parameters<typeof recallThread>[0] & { teamId: string; runId: string }

const REFUSED = {
  not_found: ['agent.thread_not_found', 'The team has no such thread'],
  other_agent: ['agent.thread_other_agent', 'The thread belongs to another agent'],
  too_large: ['agent.question_too_large', 'The question is too large for a thread'],
  full: ['agent.thread_full', 'The thread is full. Start a new one'],
  busy: ['agent.thread_busy', 'The thread is already answering a question'],
} as const

export const threadsPort = ({ teamId, runId, ...scope }: Scope): ThreadsPort => ({
  recall: async (question) => {
    const recalled = await ask('The database', () => recallThread(scope, { ...question, teamId, runId }))
    if (typeof recalled !== 'string') return recalled
    const [code, message] = REFUSED[recalled]
    throw new NodeFailure({ code, message, retryable: recalled === 'busy' && question.mayWait })
  },
})
