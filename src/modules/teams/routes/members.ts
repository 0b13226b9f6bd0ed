import { idPattern } from '../../../core/ids.ts'
import { access } from '../../../http/auth.ts'
import { idempotent } from '../../../http/idempotency.ts'
import { doc, validate } from '../../../http/openapi.ts'
import { router, UPDATE } from '../../../http/router.ts'
import { CreateInvitation, Invitation } from '../schema/invitation.ts'
import { ListMembers, TeamMember, TeamMemberPage, UpdateMember } from '../schema/member.ts'
import { createInvitation, getInvitation } from '../service/invitations.ts'
import { deleteMember, listMembers, updateMember } from '../service/members.ts'
import { TEAM_ID } from './teams.ts'

const USER_ID = `:userId{${idPattern('usr')}}` as const

export const memberRoutes = router()
  .get(
    `/${TEAM_ID}/members`,
    access('teams:read', { team: 'id' }),
    doc('teams.members.list', "List a team's members", 200, TeamMemberPage),
    validate('query', ListMembers),
    async (c) => c.json(await listMembers(c.var.ctx, c.req.valid('query'))),
  )
  .post(
    `/${TEAM_ID}/members`,
    access('members:write', { team: 'id' }),
    idempotent(getInvitation, 202),
    doc('teams.members.invite', 'Invite someone to a team', 202, Invitation, {
      description:
        'Same as creating an invitation. Nobody becomes a member without accepting, and the response does not reveal whether the address has an account.',
    }),
    validate('json', CreateInvitation),
    async (c) => c.json(await createInvitation(c.var.ctx, c.req.valid('json')), 202),
  )
  .on(
    UPDATE,
    `/${TEAM_ID}/members/${USER_ID}`,
    access('members:write', { team: 'id' }),
    doc('teams.members.update', "Change a member's role", 200, TeamMember, {
      description:
        'You can only change members up to your own role and grant roles up to your own. The owner transfers the team by giving another member the owner role, and becomes an admin.',
    }),
    validate('json', UpdateMember),
    async (c) => c.json(await updateMember(c.var.ctx, c.req.param('userId'), c.req.valid('json'))),
  )
  .delete(
    `/${TEAM_ID}/members/${USER_ID}`,
    access('members:remove', { team: 'id' }),
    doc('teams.members.delete', 'Remove a member, or leave a team', 204, null, {
      description:
        'Everybody except the owner can leave. Removing others requires the admin role. It takes effect immediately and also revokes the member’s API keys in the team and the open invitations they sent.',
    }),
    async (c) => {
      await deleteMember(c.var.ctx, c.req.param('userId'))
      return c.body(null, 204)
    },
  )
