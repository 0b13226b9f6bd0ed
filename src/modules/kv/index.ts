import { DAY_MS } from '../../core/clock.ts'
import { defineModule } from '../define-module.ts'
import { kvExport } from './export-repo.ts'

export { type StoreScope, storeGet, storeIncrement, storeSet } from './service.ts'

/** Only attempts of the same node repeat an operation, and never after this long. */
const OPERATION_LIFE_MS = 400 * DAY_MS

export const kvModule = defineModule({
  name: 'kv',
  expires: [
    { table: 'store_entries', column: 'expires_at', keepMs: 0 },
    { table: 'store_operations', column: 'created_at', keepMs: OPERATION_LIFE_MS },
  ],
  exportLists: kvExport,
})
