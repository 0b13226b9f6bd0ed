import type { Json } from '../../../core/json.ts'
import { type ChannelReader, parseChannel } from '../../../objects/channels.ts'
import { findDeploymentStatus, findOpenRuns, findWorkflowName } from '../repo/snapshots.ts'
import { activeAnnouncementsOf } from './announcements.ts'

/** The current state, for a client that starts or has missed events. Null if the channel only reports changes. */
export async function snapshotOf(
  d1: D1Database,
  name: string,
  who: ChannelReader,
  now: number,
): Promise<Json> {
  const channel = parseChannel(name)
  const { teamId } = who
  switch (channel?.kind) {
    case 'runs':
      return findOpenRuns(d1, teamId, null)
    case 'workflow': {
      const id = channel.id ?? ''
      const title = await findWorkflowName(d1, teamId, id)
      const runs = (await findOpenRuns(d1, teamId, id)) as Record<string, Json>
      return { workflow: title === null ? null : { id, name: title }, ...runs }
    }
    case 'deployment':
      return findDeploymentStatus(d1, teamId, channel.id ?? '')
    case 'announcements':
      return { announcements: (await activeAnnouncementsOf(d1, who, now)) as unknown as Json }
    default:
      return null
  }
}
