import { defineModule } from '../define-module.ts'
import { templatesExport } from './export-repo.ts'
import { templateRoutes } from './routes.ts'

export type { BuiltIn } from './built-in/built-in.ts'
export { BUILT_INS } from './built-in/index.ts'

export { fillIn, placeholdersIn } from './service/placeholders.ts'
export { requireMayPublish } from './service/templates.ts'
export { filledVariables } from './service/variables.ts'

export const templatesModule = defineModule({
  name: 'templates',
  routes: [['/api/v1/workflows', templateRoutes]],
  exportLists: templatesExport,
})
