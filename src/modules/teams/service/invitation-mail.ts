import type { ServiceContext } from '../../../context.ts'
import { toIso } from '../../../core/clock.ts'
import type { QueueMessage } from '../../../queue/messages/index.ts'
import { withoutLinks } from '../schema/team-name.ts'

/**
 * Plain text with no links but ours, because the reader may not know who named the team. The token is in the link's
 * fragment, which browsers never send to a server or another site.
 */
export function invitationMail(
  ctx: ServiceContext,
  invitation: { email: string; token: string; teamName: string; role: string; expiresAt: number },
): QueueMessage {
  const teamName = withoutLinks(invitation.teamName)
  const accept = `${ctx.settings.PUBLIC_URL}/api/v1/teams/invitations/${invitation.token}/accept`
  return {
    type: 'mail.send',
    to: invitation.email,
    subject: `Invitation to the team ${teamName}`,
    text: [
      `${ctx.actor.email} invites you to the team "${teamName}" as ${invitation.role}.`,
      '',
      'To see the invitation and join, open this page:',
      '',
      `${ctx.settings.PUBLIC_URL}/account/invitation#token=${invitation.token}`,
      '',
      'or sign in with this email address and send:',
      '',
      `POST ${accept}`,
      '',
      `The invitation works once and expires at ${toIso(invitation.expiresAt)}. If you do not know the sender, ignore this email.`,
    ].join('\n'),
  }
}
