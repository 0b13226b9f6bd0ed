import type { ExportList } from '../../db/export-list.ts'
import { defineModule } from '../define-module.ts'
import { exportRoutes } from './routes.ts'

/** Is given the lists of the other modules, since it sits above all of them. */
export const accountExportModule = (lists: readonly ExportList[]) =>
  defineModule({ name: 'account-export', routes: [['/api/v1/users', exportRoutes(lists)]] })
