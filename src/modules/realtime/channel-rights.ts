// Who may follow which channel. A socket belongs to one team, and everybody in it may read; only API keys may read less.
import type { Scope } from '../../http/scopes.ts'
import { type ChannelKind, parseChannel } from '../../objects/channels.ts'
import { findDeploymentStatus, findWorkflowName, isTaskOf } from './repo/snapshots.ts'

const NEEDED: Record<ChannelKind, readonly Scope[]> = {
  runs: ['runs:read'],
  run: ['runs:read'],
  workflow: ['workflows:read', 'runs:read'],
  tasks: ['tasks:read'],
  task: ['tasks:read'],
  deployment: ['deployments:read'],
  // It shows the names of all that it tells of.
  changes: [
    'teams:read',
    'workflows:read',
    'runs:read',
    'tasks:read',
    'agents:read',
    'files:read',
    'deployments:read',
    'jobs:read',
    'integrations:read',
    'budgets:read',
  ],
  notifications: ['notifications:read'],
  announcements: [],
}

export type Verdict = 'ok' | 'denied' | 'not_found'

/** Whether a run is one of the team is asked of the run itself. */
export async function mayFollow(
  d1: D1Database,
  who: { teamId: string; scopes: string[] | null },
  name: string,
): Promise<Verdict> {
  const channel = parseChannel(name)
  if (channel === null) return 'not_found'
  const { scopes } = who
  if (scopes !== null && NEEDED[channel.kind].some((scope) => !scopes.includes(scope))) return 'denied'
  if (channel.kind === 'workflow' && (await findWorkflowName(d1, who.teamId, channel.id ?? '')) === null)
    return 'not_found'
  if (channel.kind === 'task' && !(await isTaskOf(d1, who.teamId, channel.id ?? ''))) return 'not_found'
  if (
    channel.kind === 'deployment' &&
    (await findDeploymentStatus(d1, who.teamId, channel.id ?? '')) === null
  )
    return 'not_found'
  return 'ok'
}
