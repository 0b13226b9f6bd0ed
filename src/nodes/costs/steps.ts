// The step of a run that imports costs or usage. Only used in a built-in definition.
import * as z from 'zod'
import { effectNode, type NodeType } from '../node.ts'

const readOn: NodeType = effectNode({
  type: 'costs.import',
  category: 'data',
  internal: true,
  summary: 'Imports the next rows of a file.',
  params: z.strictObject({}),
  output: 'How far the import has come.',
  example: {},
  ports: () => ['main', 'again'],
  needsCredential: false,
  effectful: true,
  run: async ({ imports, progress }, _input, signal) => {
    const { again, output } = await imports.step(signal, progress)
    return { output, port: again ? 'again' : 'main' }
  },
})

export const COST_STEPS: readonly NodeType[] = [readOn]
