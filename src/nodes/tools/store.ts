// Values that agents store between runs. They have a prefix of their own, so agents cannot change what workflows store.
import * as z from 'zod'
import type { Json } from '../../core/json.ts'
import { tool } from './tool.ts'

const Key = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[\w.:/-]+$/, 'must consist of letters, digits and . : / _ -')

const Config = z.strictObject({
  prefix: z
    .string()
    .max(50)
    .regex(/^[\w.:/-]*$/)
    .optional()
    .describe('The prefix of each key. Default: `agents/`.'),
})

const keyOf = ({ prefix = 'agents/' }: z.infer<typeof Config>, key: string): string => prefix + key

export const storeGetTool = tool({
  name: 'store.get',
  description: 'Reads a value that was stored under a key.',
  args: z.strictObject({ key: Key }),
  config: Config,
  run: async ({ store }, { args: { key }, config }) => {
    const { found, value } = await store.get(keyOf(config, key))
    return { found, value: (value ?? null) as Json }
  },
})

export const storeSetTool = tool({
  name: 'store.set',
  description: 'Stores a value under a key, for later runs.',
  args: z.strictObject({ key: Key, value: z.unknown() }),
  config: Config,
  run: async ({ store }, { args: { key, value }, config, key: operationId }) => {
    await store.set(keyOf(config, key), value ?? null, { operationId })
    return { stored: true }
  },
})
