import { defineModule } from '../define-module.ts'
import { variablesExport } from './export-repo.ts'
import { variableRoutes } from './routes.ts'

export const variablesModule = defineModule({
  name: 'variables',
  routes: [['/api/v1/workflows', variableRoutes]],
  exportLists: variablesExport,
})
