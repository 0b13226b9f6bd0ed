// Who may follow which channel. A socket belongs to one team, and all its members may read. Only API keys can have fewer rights.
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
  // It shows the names of everything that it reports.
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

/** The run itself decides whether it belongs to the team. */
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
