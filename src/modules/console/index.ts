import { defineModule } from '../define-module.ts'
import { consoleRoutes } from './routes.ts'

export const consoleModule = defineModule({
  name: 'console',
  routes: [['/', consoleRoutes]],
  publicRoutes: ['GET /assets/:name{[A-Za-z0-9_.-]+}'],
})
