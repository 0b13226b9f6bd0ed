// The steps of a deployment, as nodes of its run. Only used in the built-in definition of deployments.
import * as z from 'zod'
import { effectNode, type NodeResult, type NodeType } from '../node.ts'
import type { DeployStep } from '../ports.ts'

const step = (name: DeployStep, summary: string): NodeType =>
  effectNode({
    type: `deploy.${name}`,
    category: 'deploy',
    internal: true,
    summary,
    params: z.strictObject({}),
    output: 'What was done.',
    example: {},
    ports: () => ['main', 'again'],
    needsCredential: false,
    effectful: true,
    run: async ({ deploy }, _input, signal): Promise<NodeResult> => {
      const { again, until, output } = await deploy.step(name, signal)
      const port = again ? 'again' : 'main'
      if (until === undefined) return { output, port }
      return { wait: { kind: 'timer', until, onDue: { port, output } } }
    },
  })

export const DEPLOY_STEPS: readonly NodeType[] = [
  step('prepare', 'Reads the files of a deployment.'),
  step('compare', 'Asks the platform which of them it has.'),
  step('upload', 'Sends a batch of them.'),
  step('publish', 'Makes them the site.'),
  step('check', 'Asks whether the platform is done.'),
]
