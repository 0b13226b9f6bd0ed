import { idPattern } from '../../../core/ids.ts'
import { access } from '../../../http/auth.ts'
import { idempotent } from '../../../http/idempotency.ts'
import { doc, validate } from '../../../http/openapi.ts'
import { router, UPDATE } from '../../../http/router.ts'
import { Invitation, InviteMember } from '../schema/invitation.ts'
import { ChangeMember, ListMembers, TeamMember, TeamMemberPage } from '../schema/member.ts'
import { getInvitation, inviteMember } from '../service/invitations.ts'
import { changeMember, listMembers, removeMember } from '../service/members.ts'
import { TEAM_ID } from './teams.ts'

const USER_ID = `:userId{${idPattern('usr')}}` as const

export const memberRoutes = router()
  .get(
    `/${TEAM_ID}/members`,
    access('teams:read', { team: 'id' }),
    doc('List the members of a team', 200, TeamMemberPage),
    validate('query', ListMembers),
    async (c) => c.json(await listMembers(c.var.ctx, c.req.valid('query'))),
  )
  .post(
    `/${TEAM_ID}/members`,
    access('members:write', { team: 'id' }),
    idempotent(getInvitation, 202),
    doc('Ask someone into a team', 202, Invitation, {
      description:
        'The same as making an invitation: nobody is put in a team without agreeing, and the answer does not tell whether the address has an account.',
    }),
    validate('json', InviteMember),
    async (c) => c.json(await inviteMember(c.var.ctx, c.req.valid('json')), 202),
  )
  .on(
    UPDATE,
    `/${TEAM_ID}/members/${USER_ID}`,
    access('members:write', { team: 'id' }),
    doc('Change the role of a member', 200, TeamMember, {
      description:
        'Nobody changes whom they do not reach, nor grants more than they have. The owner hands the team over by giving another member the role owner, and becomes an admin by it.',
    }),
    validate('json', ChangeMember),
    async (c) => c.json(await changeMember(c.var.ctx, c.req.param('userId'), c.req.valid('json'))),
  )
  .delete(
    `/${TEAM_ID}/members/${USER_ID}`,
    access('members:remove', { team: 'id' }),
    doc('Remove a member, or leave a team', 204, null, {
      description:
        'Everybody but the owner may leave; removing others takes an admin. Rights end at once: the member’s API keys in the team and the open invitations that they sent are revoked with it.',
    }),
    async (c) => {
      await removeMember(c.var.ctx, c.req.param('userId'))
      return c.body(null, 204)
    },
  )
