import { defineModule } from '../define-module.ts'
import { teamsExport } from './repo/export.ts'
import { teamRoutes } from './routes/index.ts'
import { invitationPageRoutes } from './routes/invitation-page.ts'

export { type BudgetRow, findBudget } from './repo/budgets.ts'
export { findMembersAmong, revokeInvitationsOf } from './repo/members.ts'
export { hasOpenInvitation } from './repo/offers.ts'
export {
  findSubscribedTeam,
  guardPlan,
  type LimitName,
  type PlanChanger,
  planOfRole,
  updatePlanForRole,
} from './repo/plan.ts'
export { deleteTeamsOf, insertTeam, type NewTeam } from './repo/teams.ts'
export { InvitationToken } from './schema/invitation.ts'
export { provesAddress } from './service/invitation-offer.ts'
export { teamStoragePrefix } from './service/teams.ts'

export const teamsModule = defineModule({
  name: 'teams',
  routes: [
    ['/', invitationPageRoutes],
    ['/api/v1/teams', teamRoutes],
  ],
  publicRoutes: ['GET /account/invitation', 'POST /api/v1/teams/invitations/lookup'],
  exportLists: teamsExport,
})
