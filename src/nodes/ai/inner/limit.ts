// A limit was reached: the loop ends, or waits until a person decides that it may continue.
import * as z from 'zod'
import type { Json } from '../../../core/json.ts'
import { type Decision, type NodeResult, pureNode } from '../../node.ts'
import { setupOf } from '../loop/read.ts'
import type { LimitReason, Raised } from '../loop/turn.ts'

const WHAT: Record<LimitReason, string> = {
  steps: 'its limit of steps',
  tokens: 'its limit of tokens',
  cost: 'its limit of cost',
  time: 'its limit of time',
  depth: 'its limit of depth',
  tool: 'its limit of tool calls',
  loop: 'the same tool call for the third time',
}

const TEAM_LIMIT_NAMES: Partial<Record<LimitReason, string>> = { tokens: 'token ' }

export const aiLimit = pureNode({
  type: 'ai.limit',
  internal: true,
  category: 'ai',
  summary: 'Ends a loop at its limit, or asks people.',
  params: z.strictObject({}),
  output: 'What was decided.',
  example: {},
  ports: () => ['more', 'stop'],
  mockPort: () => 'stop',
  needsCredential: false,
  mayWait: true,
  effectful: false,
  compute: (input): NodeResult => {
    const { agent, onLimit } = setupOf(input)
    const { limit = 'steps', of } = input.prev as { limit?: LimitReason; of?: 'team' }
    // No decision makes a run less deep.
    if (onLimit === 'end' || limit === 'depth') return { output: { limit }, port: 'stop' }
    const who = agent === null ? 'The agent' : `The agent ${agent.name}`
    return {
      wait: { kind: 'approval' },
      detail: {
        title: `${who} has reached ${of === 'team' ? `the ${TEAM_LIMIT_NAMES[limit] ?? ''}budget of the team` : WHAT[limit]}`,
        message:
          of === 'team'
            ? 'Raise the budget first, then approve to let it continue. Reject to end it with what it has.'
            : 'Approve to let it use as much again. Reject to end it with what it has.',
        form: null,
        assignees: [],
        quorum: 1,
        allowSelf: false,
        limit,
        ...(of === undefined ? {} : { of }),
      },
    }
  },
  onDecision: (detail, decisions: readonly Decision[]): NodeResult | null => {
    const last = decisions.at(-1)
    if (last === undefined) return null
    const { limit, of } = detail as { limit: LimitReason; of?: 'team' }
    if (last.decision === 'reject') return { output: { limit, by: last.by }, port: 'stop' }
    const raised: Raised = {
      limit,
      ...(of === undefined ? {} : { of }),
      by: last.by as Json,
      at: Date.parse(last.at),
    }
    return { output: raised, port: 'more' }
  },
})
