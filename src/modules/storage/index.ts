import { defineModule } from '../define-module.ts'
import { deleteStored } from './delete.ts'

export { deleteStored }

export const storageModule = defineModule({ name: 'storage', jobs: { 'storage.delete': deleteStored } })
