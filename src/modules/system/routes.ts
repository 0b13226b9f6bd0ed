import { doc } from '../../http/openapi.ts'
import { router } from '../../http/router.ts'
import { Health, Welcome } from './schema.ts'

export const systemRoutes = router()
  .get('/', doc('What this is', 200, Welcome), (c) =>
    c.json({
      name: 'Orrery',
      description: 'Durable agents, tasks and workflows at the edge.',
      links: { docs: '/docs', openapi: '/openapi.json', health: '/health' },
    }),
  )
  .get('/health', doc('Whether the Worker answers', 200, Health), (c) => c.json({ status: 'ok' }))
