// The settings of the installation as a form: what was changed, in the form of an update.

export const PLANS = ['free', 'premium', 'team'] as const
export type Plan = (typeof PLANS)[number]

type ByPlan = Record<Plan, number | null>
export type Table = Record<string, ByPlan>
/** Texts of fields, by row and plan. */
export type TableForm = Record<string, Record<Plan, string>>

export const RETENTION_LABELS: Record<string, string> = {
  runs: 'Ended runs',
  events: 'Events of runs',
  deliveries: 'Deliveries of webhooks',
  notifications: 'Notifications',
  audit: 'Audit log',
}

export const LIMIT_LABELS: Record<string, string> = {
  teams: 'Shared teams of an owner',
  membersPerTeam: 'Members and open invitations of a team',
  apiKeys: 'API keys of a member',
  workflows: 'Workflows',
  agents: 'Agents',
  integrations: 'Integrations',
  runsPerMonth: 'Runs in a month',
  concurrentRuns: 'Runs at the same time',
  descendantRuns: 'Further runs that one start may cause',
  storageBytes: 'Bytes of files',
  fileVersions: 'Versions of a file',
  webhookEndpoints: 'Webhooks',
  connectionsPerUser: 'Open connections of a user',
  mailsPerDay: 'Mails in a day',
  openTasks: 'Open tasks',
}

export function formOf(table: Readonly<Record<string, Readonly<Record<Plan, number | null>>>>): TableForm {
  return Object.fromEntries(
    Object.entries(table).map(([name, byPlan]) => [
      name,
      Object.fromEntries(
        PLANS.map((plan) => [plan, byPlan[plan] === null ? '' : String(byPlan[plan])]),
      ) as Record<Plan, string>,
    ]),
  )
}

/** Only what differs. An emptied field restores the default, which the API calls null. */
export function changesOf(before: TableForm, now: TableForm): Record<string, Partial<ByPlan>> {
  const changes: Record<string, Partial<ByPlan>> = {}
  for (const [name, byPlan] of Object.entries(now))
    for (const plan of PLANS) {
      const text = byPlan[plan].trim()
      if (text === before[name]?.[plan]) continue
      changes[name] = { ...changes[name], [plan]: text === '' ? null : Number(text) }
    }
  return changes
}

/** Limits come by plan; the form has a row for each limit. */
export const byName = (limits: Readonly<Record<Plan, Readonly<Record<string, number | null>>>>): Table =>
  Object.fromEntries(
    Object.keys(limits.free).map((name) => [
      name,
      Object.fromEntries(PLANS.map((plan) => [plan, limits[plan][name] ?? null])) as ByPlan,
    ]),
  )

/** The other way round, for changes. Plans without a change are left out. */
export function byPlan(
  changes: Record<string, Partial<ByPlan>>,
): Partial<Record<Plan, Record<string, number | null>>> {
  const found: Partial<Record<Plan, Record<string, number | null>>> = {}
  for (const [name, values] of Object.entries(changes))
    for (const plan of PLANS) {
      const value = values[plan]
      if (value !== undefined) found[plan] = { ...found[plan], [name]: value }
    }
  return found
}
