import * as z from 'zod'
import { MAX_CONCURRENT_RUNS, PLANS, type PlanLimits } from '../../../core/plans.ts'
import { REGISTRATION_MODES } from '../../../core/platform-settings.ts'

const MAX_DAYS = 3_650
const MAX_LIMIT = 1_000_000_000_000_000

const days = z.int().min(1).max(MAX_DAYS)

/** `Name <address>` or only an address. */
const MailFrom = z
  .string()
  .trim()
  .max(200)
  .regex(
    /^(?:[^<>\r\n"]+ <[^<>\s@]+@[^<>\s@]+>|[^<>\s@]+@[^<>\s@]+)$/,
    'Must be an address, or a name followed by the address in <>.',
  )

/** A value for each plan. */
const byPlan = <Value extends z.ZodType>(value: Value) =>
  z.strictObject({
    free: value.describe('For teams with the plan `free`.'),
    premium: value.describe('For teams with the plan `premium`.'),
    team: value.describe('For teams with the plan `team`.'),
  })

const shownDays = byPlan(z.int().nullable())

/** All limits except requests per minute, which bindings of the Worker enforce. */
export type LimitName = Exclude<keyof PlanLimits, 'requestsPerMinute'>

const LIMIT_TEXTS = {
  teams: 'Shared teams that a user owns.',
  membersPerTeam: 'Members and open invitations of a team.',
  apiKeys: 'API keys of a member.',
  workflows: 'Workflows of a team.',
  agents: 'Agents of a team.',
  integrations: 'Integrations of a team.',
  runsPerMonth: 'The number of runs that begin in a month.',
  concurrentRuns: 'Runs that are active at the same time.',
  descendantRuns: 'Further runs that one start may cause.',
  storageBytes: 'Bytes of files.',
  fileVersions: 'Versions of a file that are kept.',
  webhookEndpoints: 'Webhook endpoints of a team.',
  connectionsPerUser: 'Open sockets and streams of a user.',
  mailsPerDay: 'Mails that runs and notifications send in a day.',
  openTasks: 'Tasks of a team that are not finished.',
} as const satisfies Record<LimitName, string>

const limitsOf = <Value extends z.ZodType>(valueFor: (name: LimitName) => Value) =>
  z.strictObject(
    Object.fromEntries(
      Object.entries(LIMIT_TEXTS).map(([name, text]) => [name, valueFor(name as LimitName).describe(text)]),
    ) as Record<LimitName, Value>,
  )

/** Counting stops there. A file always has at least its current version. */
const BOUNDS: Partial<Record<LimitName, [least: number, most: number]>> = {
  concurrentRuns: [1, MAX_CONCURRENT_RUNS],
  fileVersions: [1, 1_000],
}

const newLimit = (name: LimitName) => {
  const [least, most] = BOUNDS[name] ?? [0, MAX_LIMIT]
  return z.int().min(least).max(most).nullable()
}

const toDefault = 'Null restores the default.'

export const AdminSettings = z
  .strictObject({
    registration: z
      .enum(REGISTRATION_MODES)
      .describe('Who can create an account: anybody, only people with an open invitation, or nobody.'),
    registrationLocked: z
      .boolean()
      .describe('Whether the environment has closed registration, so that it cannot be opened here.'),
    defaultPlan: z.enum(PLANS).describe('The plan of the personal team of new accounts.'),
    mailFrom: z.string().describe('The sender of mails.'),
    retention: z
      .strictObject({
        runs: shownDays.describe('Ended runs, counted from their end.'),
        events: shownDays.describe('Received events.'),
        deliveries: shownDays.describe('Deliveries to webhook endpoints.'),
        notifications: shownDays.describe('Notifications of users.'),
        audit: shownDays.describe('Entries of the audit log, which are archived before deletion.'),
      })
      .describe('Retention in days, by plan; null means forever.'),
    limits: byPlan(limitsOf(() => z.int().nullable())).describe(
      'The limits of each plan; null means no limit.',
    ),
    version: z.int(),
    updatedAt: z.iso.datetime().nullable(),
    updatedBy: z.string().nullable(),
  })
  .meta({ id: 'AdminSettings' })
export type AdminSettings = z.infer<typeof AdminSettings>

const newDays = byPlan(days.nullable()).partial()

export const UpdateAdminSettings = z
  .strictObject({
    registration: z.enum(REGISTRATION_MODES).nullable().describe(`Who can create an account. ${toDefault}`),
    defaultPlan: z.enum(PLANS).nullable().describe(`The plan of new accounts. ${toDefault}`),
    mailFrom: MailFrom.nullable().describe(`The sender of mails. ${toDefault}`),
    retention: z
      .strictObject({
        runs: newDays,
        events: newDays,
        deliveries: newDays.describe('Deliveries to webhook endpoints.'),
        notifications: newDays,
        audit: newDays,
      })
      .partial()
      .describe(`Retention in days, by plan. ${toDefault}`),
    limits: byPlan(limitsOf(newLimit).partial()).partial().describe(`The limits of each plan. ${toDefault}`),
  })
  .partial()
  .meta({
    id: 'UpdateAdminSettings',
    example: {
      registration: 'invite',
      retention: { runs: { free: 7 } },
      limits: { free: { mailsPerDay: 20 } },
    },
  })
export type UpdateAdminSettings = z.infer<typeof UpdateAdminSettings>
