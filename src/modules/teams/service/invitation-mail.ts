import type { ServiceContext } from '../../../context.ts'
import { toIso } from '../../../core/clock.ts'
import type { QueueMessage } from '../../../queue/messages.ts'

/** Text only: the team's name was typed by someone the reader may not know, so it is nothing but letters here. */
export function invitationMail(
  ctx: ServiceContext,
  what: { email: string; token: string; teamName: string; role: string; expiresAt: number },
): QueueMessage {
  const accept = `${ctx.settings.PUBLIC_URL}/api/v1/teams/invitations/${what.token}/accept`
  return {
    type: 'mail.send',
    to: what.email,
    subject: `Invitation to the team ${what.teamName}`,
    text: [
      `${ctx.actor.email} invites you to the team "${what.teamName}" as ${what.role}.`,
      '',
      'To accept, sign in with this e-mail address (or register with it and verify it), then send:',
      '',
      `POST ${accept}`,
      '',
      `The invitation is good once, until ${toIso(what.expiresAt)}. If you do not know the sender, ignore this mail.`,
    ].join('\n'),
  }
}
