import { defineModule } from '../define-module.ts'
import { userRoutes } from './routes/index.ts'

export { deleteAccountRows, findOwnedTeams } from './repo/deletion.ts'
export { Preferences } from './schema/preferences.ts'
export { Profile } from './schema/profile.ts'
export { Subscription, UpdateSubscription } from './schema/subscription.ts'
export { deletionMessages } from './service/delete-account.ts'
export { getSubscriptionOf, type PlanChange, preparePlanChange } from './service/plan-change.ts'
export { getPreferences } from './service/preferences.ts'
export { getProfile } from './service/profile.ts'

export const usersModule = defineModule({ name: 'users', routes: [['/api/v1/users', userRoutes]] })
