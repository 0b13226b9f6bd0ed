// How a question of a batch begins: like an agent, or with the failure that was found before the run.
import { NodeFailure, type NodeResult, pureNode } from '../../node.ts'
import { ItemParams } from '../item.ts'
import { FIRST_NODE } from './first-node.ts'
import { begun, setupOf } from './setup.ts'

export const aiAsked = pureNode({
  ...FIRST_NODE,
  type: 'ai.asked',
  summary: 'Records the settings of an agent, or fails if the question cannot be asked.',
  params: ItemParams,
  compute: ({ params: { agent, refused, ...given }, nowMs, hasEdge }): NodeResult => {
    if (refused !== null) throw new NodeFailure({ ...refused, retryable: false })
    return begun(setupOf(agent, given, nowMs), hasEdge)
  },
})
