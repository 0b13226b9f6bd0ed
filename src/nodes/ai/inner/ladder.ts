// The model that is used if none is set. It is recorded, so that later steps of the run, and a retry of it, use the
// same.
import * as z from 'zod'
import { effectNode, type NodeResult } from '../../node.ts'
import { mainPort } from '../../ports-of.ts'
import type { Setup } from '../settings.ts'

export const aiLadder = effectNode({
  type: 'ai.ladder',
  internal: true,
  category: 'ai',
  summary: 'Finds out which model is the default of the team.',
  params: z.strictObject({ kind: z.enum(['chat', 'embedding']).default('chat') }),
  output: '`{ models }`.',
  example: {},
  ports: mainPort,
  needsCredential: false,
  effectful: true,
  run: async ({ models }, { params: { kind }, inside }): Promise<NodeResult> => {
    const { answer } = (inside('begin')[0]?.output ?? {}) as Partial<Setup>
    return { output: { models: [{ ...answer, ...(await models.usual(kind)) }] } }
  },
})
