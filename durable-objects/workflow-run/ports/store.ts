import { AppError } from '../../../src/core/errors.ts'
import { type StoreScope, storeGet, storeIncrement, storeSet } from '../../../src/modules/store/index.ts'
import { NodeFailure } from '../../../src/nodes/node.ts'
import type { StorePort } from '../../../src/nodes/ports.ts'
import { ask } from './binding.ts'

const WHAT = 'The store'

export const storePort = (scope: StoreScope): StorePort => ({
  get: (key) => ask(WHAT, () => storeGet(scope, key)),
  set: async (key, value, options) => {
    try {
      await ask(WHAT, () => storeSet(scope, key, value, options))
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      throw new NodeFailure({ code: 'data.too_large', message: error.message, retryable: false })
    }
  },
  increment: async (key, by, { operationId }) => {
    const sum = await ask(WHAT, () => storeIncrement(scope, key, by, operationId))
    if (sum !== null) return sum
    throw new NodeFailure({
      code: 'store.not_a_number',
      message: `What stands under ${key} is not a number`,
      retryable: false,
    })
  },
})
