import { router } from '../../../http/router.ts'
import { budgetRoutes } from './budgets.ts'
import { invitationRoutes } from './invitations.ts'
import { memberRoutes } from './members.ts'
import { ownTeamRoutes } from './teams.ts'

export const teamRoutes = router()
  .route('/', ownTeamRoutes)
  .route('/', memberRoutes)
  .route('/', invitationRoutes)
  .route('/', budgetRoutes)
