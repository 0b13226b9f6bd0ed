import { idPattern } from '../../../core/ids.ts'
import { byVersion } from '../../../core/version.ts'
import { access } from '../../../http/auth.ts'
import { setEtag } from '../../../http/etag.ts'
import { idempotent } from '../../../http/idempotency.ts'
import { doc, validate } from '../../../http/openapi.ts'
import { limitByAddress } from '../../../http/rate-limit.ts'
import { router } from '../../../http/router.ts'
import {
  CreateInvitation,
  Invitation,
  InvitationOffer,
  InvitationPage,
  ListInvitations,
  LookUpInvitation,
} from '../schema/invitation.ts'
import { Team } from '../schema/team.ts'
import { acceptInvitation, getJoinedTeam } from '../service/accept-invitation.ts'
import { getInvitationOffer } from '../service/invitation-offer.ts'
import {
  createInvitation,
  getInvitation,
  listInvitations,
  resendInvitation,
  revokeInvitation,
} from '../service/invitations.ts'
import { TEAM_ID } from './teams.ts'

const INVITATION_ID = `:invitationId{${idPattern('inv')}}` as const

export const invitationRoutes = router()
  .get(
    `/${TEAM_ID}/invitations`,
    access('members:write', { team: 'id' }),
    doc('invitations.list', "List a team's invitations", 200, InvitationPage),
    validate('query', ListInvitations),
    async (c) => c.json(await listInvitations(c.var.ctx, c.req.valid('query'))),
  )
  .post(
    `/${TEAM_ID}/invitations`,
    access('members:write', { team: 'id' }),
    idempotent(getInvitation),
    doc('invitations.create', 'Invite someone by email', 201, Invitation, {
      description:
        'The email links to a page for accepting. The token works once, for seven days, and only for an account with that verified address. Open invitations count towards the plan’s member limit.',
    }),
    validate('json', CreateInvitation),
    async (c) => c.json(await createInvitation(c.var.ctx, c.req.valid('json')), 201),
  )
  .delete(
    `/${TEAM_ID}/invitations/${INVITATION_ID}`,
    access('members:write', { team: 'id' }),
    doc('invitations.revoke', 'Revoke an invitation', 204, null),
    async (c) => {
      await revokeInvitation(c.var.ctx, c.req.param('invitationId'))
      return c.body(null, 204)
    },
  )
  .post(
    `/${TEAM_ID}/invitations/${INVITATION_ID}/resend`,
    access('members:write', { team: 'id' }),
    idempotent(getInvitation, 200),
    doc('invitations.resend', 'Send an invitation again', 200, Invitation, {
      description: 'Sends a new token that is valid for seven days. The previous token stops working.',
    }),
    async (c) => c.json(await resendInvitation(c.var.ctx, c.req.param('invitationId'))),
  )
  .post(
    '/invitations/lookup',
    limitByAddress,
    doc('invitations.lookUp', 'Look up an invitation', 200, InvitationOffer, {
      description:
        'For anybody with the token from the email, without signing in. Changes nothing. Returns 404 if the token is used, revoked, expired or unknown.',
    }),
    validate('json', LookUpInvitation),
    async (c) => c.json(await getInvitationOffer(c.var.request, c.req.valid('json').token)),
  )
  .post(
    '/invitations/:token/accept',
    access('teams:join'),
    idempotent(async (ctx, id) => byVersion(await getJoinedTeam(ctx, id)), 200),
    doc('invitations.accept', 'Accept an invitation', 200, Team, { versioned: 'etag' }),
    async (c) => {
      const team = await acceptInvitation(c.var.ctx, c.req.param('token'))
      setEtag(c, team.version)
      return c.json(team)
    },
  )
