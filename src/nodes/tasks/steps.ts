// The steps of runs that change many tasks, or write tasks to a file. Only used in built-in definitions.
import * as z from 'zod'
import { JsonValue } from '../../core/json-value.ts'
import { effectNode, type NodeType } from '../node.ts'
import type { TasksStep } from '../ports.ts'

const step = (
  name: TasksStep,
  summary: string,
  ports: string[],
  portOf: (given: unknown) => string,
): NodeType =>
  effectNode({
    type: `tasks.${name}`,
    category: 'data',
    internal: true,
    summary,
    params: z.strictObject({ given: JsonValue }),
    output: 'What was done.',
    example: { given: null },
    ports: () => ports,
    needsCredential: false,
    effectful: true,
    run: async ({ tasks }, { params }) => ({
      output: await tasks.step(name, params.given),
      port: portOf(params.given),
    }),
  })

const main = () => 'main'
const isLast = (given: unknown): boolean => (given as { cursor?: unknown } | null)?.cursor == null

export const TASKS_STEPS: readonly NodeType[] = [
  step('choose', 'Reads the next tasks that a filter finds.', ['main'], main),
  step('change', 'Cancels, retries or deletes them.', ['main', 'again'], (given) =>
    isLast(given) ? 'main' : 'again',
  ),
  step('export', 'Writes tasks to a file.', ['main'], main),
]
