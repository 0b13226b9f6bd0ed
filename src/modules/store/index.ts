export { purgeStore } from './repo.ts'
export { type StoreScope, storeGet, storeIncrement, storeSet } from './service.ts'
