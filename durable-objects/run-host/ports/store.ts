import { AppError } from '../../../src/core/errors.ts'
import { type StoreScope, storeGet, storeIncrement, storeSet } from '../../../src/modules/kv/index.ts'
import { NodeFailure } from '../../../src/nodes/node.ts'
import type { StorePort } from '../../../src/nodes/ports.ts'
import { ask } from './binding.ts'

const SERVICE = 'The store'

export const storePort = (scope: StoreScope): StorePort => ({
  get: (key) => ask(SERVICE, () => storeGet(scope, key)),
  set: (key, value, options) => change(() => storeSet(scope, key, value, options)),
  increment: async (key, by, { operationId }) => {
    const sum = await change(() => storeIncrement(scope, key, by, operationId))
    if (sum !== null) return sum
    throw new NodeFailure({
      code: 'store.not_a_number',
      message: `The value of ${key} is not a number`,
      retryable: false,
    })
  },
})

async function change<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await ask(SERVICE, work)
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    const code = error.code === 'plan.limit_reached' ? 'store.full' : 'data.too_large'
    throw new NodeFailure({ code, message: error.message, retryable: false })
  }
}
