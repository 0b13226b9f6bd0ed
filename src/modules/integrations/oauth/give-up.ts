// Marks an integration whose consent has ended, and notifies the owner of the team once, with a link.
import { commit } from '../../../db/commit.ts'
import { notify } from '../../../queue/notify.ts'
import type { Credential, CredentialScope } from '../credentials/open.ts'
import { guardNeedsReconnect } from './repo.ts'

export const connectPage = (publicUrl: string, teamId: string, integrationId: string): string =>
  `${publicUrl.replace(/\/+$/, '')}/integrations/${integrationId}/connect?team=${teamId}`

export async function giveUp(
  scope: CredentialScope,
  { id, name }: Credential,
  generation: number,
): Promise<void> {
  const { settings, teamId } = scope
  await commit(
    { ...scope, address: null, userAgent: null, system: true },
    {
      guard: guardNeedsReconnect(teamId, id, generation),
      audit: { action: 'integration.needs_reconnect', targetType: 'integration', targetId: id, teamId },
      messages: [
        notify({
          kind: 'integration.broken',
          to: { role: 'owner' },
          teamId,
          level: 'error',
          title: `The integration "${name}" must be connected again`,
          message: [
            'It has lost its access: the service no longer accepts its refresh token.',
            'Workflows that use it fail until an admin connects it again.',
          ].join('\n'),
          link: connectPage(settings.PUBLIC_URL, teamId, id),
          subject: { type: 'integration', id },
          dedupeKey: id,
        }),
      ],
    },
  )
}
