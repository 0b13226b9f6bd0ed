// How a question of a batch begins: like an agent, or with the failure that was found before the run.
import { NodeFailure, type NodeResult, pureNode } from '../../node.ts'
import { ItemParams } from '../item.ts'
import { FIND_MODELS } from '../settings.ts'
import { begun, setupOf } from './setup.ts'

export const aiAsked = pureNode({
  type: 'ai.asked',
  internal: true,
  category: 'ai',
  summary: 'Writes down the settings of an agent, or fails where the question cannot be asked.',
  params: ItemParams,
  output: 'What the calls are made of.',
  example: {},
  ports: () => ['main', FIND_MODELS],
  mockPort: () => 'main',
  needsCredential: false,
  effectful: false,
  compute: ({ params: { agent, refused, ...given }, nowMs, hasEdge }): NodeResult => {
    if (refused !== null) throw new NodeFailure({ ...refused, retryable: false })
    return begun(setupOf(agent, given, nowMs), hasEdge)
  },
})
