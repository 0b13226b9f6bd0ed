export { hasOpenInvitation } from './repo/invitations.ts'
export { revokeInvitationsOf } from './repo/members.ts'
export { deleteLeftovers, markRunsDeleted, teamExists } from './repo/purge.ts'
export { insertTeam, type NewTeam } from './repo/teams.ts'
export {
  addUsage,
  countSlots,
  findUsage,
  freeSlots,
  LEVEL_PERIOD,
  LEVELS,
  MAX_KEYS_PER_MEMBER,
  type UsageFlow,
  type UsageLevel,
  type UsageRow,
} from './repo/usage.ts'
export { teamRoutes } from './routes/index.ts'
export { invitationPageRoutes } from './routes/invitation-page.ts'
export { toUsd } from './schema/budget.ts'
export { InvitationToken } from './schema/invitation.ts'
export { provesAddress } from './service/invitation-offer.ts'
export { teamStoragePrefix } from './service/teams.ts'
