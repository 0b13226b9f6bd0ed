import type { ExportList } from '../../db/export-list.ts'
import { defineModule } from '../define-module.ts'
import { exportRoutes } from './routes.ts'

/** Gets the lists of the other modules from outside, because it must not import them. */
export const accountExportModule = (lists: readonly ExportList[]) =>
  defineModule({ name: 'account-export', routes: [['/api/v1/users', exportRoutes(lists)]] })
