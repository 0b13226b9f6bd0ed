import { defineModule } from '../define-module.ts'
import { docsRoutes } from './routes.ts'

export const docsModule = defineModule({
  name: 'docs',
  routes: [['/', docsRoutes]],
  publicRoutes: [
    'GET /docs',
    'GET /redoc',
    'GET /docs/api/:group{[A-Za-z]+}',
    'GET /docs/:page{[a-z]+}',
    'GET /docs/files/:name{[a-z0-9.-]+}',
    'GET /schemas/workflow.json',
  ],
})
