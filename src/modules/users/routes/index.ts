import { router } from '../../../http/router.ts'
import { avatarRoutes } from './avatar.ts'
import { dataRoutes } from './data.ts'
import { profileRoutes } from './profile.ts'
import { settingsRoutes } from './settings.ts'

export const userRoutes = router()
  .route('/', profileRoutes)
  .route('/', avatarRoutes)
  .route('/', settingsRoutes)
  .route('/', dataRoutes)
