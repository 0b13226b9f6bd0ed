import type { ServiceContext } from '../../../context.ts'
import { toIso } from '../../../core/clock.ts'
import type { QueueMessage } from '../../../queue/messages.ts'
import { withoutLinks } from '../schema/team-name.ts'

// The token stands behind the # of the link, which browsers send neither to a server nor to another site.
/** Text only, and without links but ours: the reader may not know who named the team. */
export function invitationMail(
  ctx: ServiceContext,
  what: { email: string; token: string; teamName: string; role: string; expiresAt: number },
): QueueMessage {
  const teamName = withoutLinks(what.teamName)
  const accept = `${ctx.settings.PUBLIC_URL}/api/v1/teams/invitations/${what.token}/accept`
  return {
    type: 'mail.send',
    to: what.email,
    subject: `Invitation to the team ${teamName}`,
    text: [
      `${ctx.actor.email} invites you to the team "${teamName}" as ${what.role}.`,
      '',
      'To see what it offers and to join, open this page:',
      '',
      `${ctx.settings.PUBLIC_URL}/account/invitation#token=${what.token}`,
      '',
      'or sign in with this e-mail address and send:',
      '',
      `POST ${accept}`,
      '',
      `The invitation is good once, until ${toIso(what.expiresAt)}. If you do not know the sender, ignore this mail.`,
    ].join('\n'),
  }
}
