import * as z from 'zod'
import { PLANS } from '../../core/plans.ts'
import { PLATFORM_ROLES, USER_STATUSES } from '../../db/schema/index.ts'
import { listQuery, pageOf } from '../../http/pagination.ts'
import { Email, PlainText } from '../../http/text.ts'

const Name = PlainText(80)
const Role = z.enum(PLATFORM_ROLES)
const Status = z.enum(USER_STATUSES)

export const AdminUser = z
  .strictObject({
    id: z.string(),
    email: z.string(),
    emailVerified: z.boolean(),
    name: z.string(),
    role: Role,
    status: Status,
    mfaEnabled: z.boolean(),
    personalTeamId: z.string(),
    /** The plan of the personal team. */
    plan: z.enum(PLANS),
    lastSignInAt: z.iso.datetime().nullable(),
    version: z.int(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'AdminUser' })
export type AdminUser = z.infer<typeof AdminUser>

export const AdminUserPage = pageOf(AdminUser).meta({ id: 'AdminUserPage' })

export const ListUsers = listQuery(['-createdAt', 'createdAt', 'email', '-email'], {
  role: Role.optional(),
  status: Status.optional(),
  q: z
    .string()
    .trim()
    .min(1)
    .max(100)
    .optional()
    .meta({ description: 'Matches users whose email address or name starts with this text.' }),
})
export type ListUsers = z.infer<typeof ListUsers>

export const CreateUser = z
  .strictObject({
    email: Email,
    name: Name.optional(),
    password: z
      .string()
      .min(1)
      .max(512)
      .optional()
      .meta({ description: 'If omitted, a password is generated and returned.' }),
    role: Role.default('user'),
    emailVerified: z.boolean().default(false),
  })
  .meta({ id: 'CreateUser' })
export type CreateUser = z.infer<typeof CreateUser>

export const CreatedUser = z
  .strictObject({
    ...AdminUser.shape,
    password: z
      .string()
      .nullable()
      .meta({ description: 'The generated password, shown only once; null if the request set one.' }),
  })
  .meta({ id: 'CreatedUser' })
export type CreatedUser = z.infer<typeof CreatedUser>

export const UpdateUser = z
  .strictObject({
    email: Email,
    name: Name,
    emailVerified: z.boolean(),
    plan: z.enum(PLANS).meta({ description: 'The plan of the personal team.' }),
  })
  .partial()
  .meta({ id: 'UpdateUser' })
export type UpdateUser = z.infer<typeof UpdateUser>

export const UpdateUserRole = z.strictObject({ role: Role }).meta({ id: 'UpdateUserRole' })
export type UpdateUserRole = z.infer<typeof UpdateUserRole>

export const UpdateUserStatus = z.strictObject({ status: Status }).meta({ id: 'UpdateUserStatus' })
export type UpdateUserStatus = z.infer<typeof UpdateUserStatus>

export const ReindexRuns = z
  .strictObject({
    day: z.iso.date().describe('The day to rebuild, from its manifest.'),
    page: z.int().min(0).default(0),
  })
  .meta({ id: 'ReindexRuns' })
export type ReindexRuns = z.infer<typeof ReindexRuns>

export const ReindexedRuns = z
  .strictObject({ day: z.string(), reported: z.int(), missing: z.int(), nextPage: z.int().nullable() })
  .meta({ id: 'ReindexedRuns' })

export const RebuildRuns = z
  .strictObject({
    teamId: z
      .string()
      .max(64)
      .nullable()
      .default(null)
      .describe('Only runs of this team; null for all teams.'),
    cursor: z
      .string()
      .max(1024)
      .nullable()
      .default(null)
      .describe('The `nextCursor` of the previous call; null for the first call.'),
  })
  .meta({ id: 'RebuildRuns' })
export type RebuildRuns = z.infer<typeof RebuildRuns>

export const RebuiltRuns = z
  .strictObject({
    reported: z.int().describe('How many runs have written their rows again.'),
    missing: z.int().describe('How many listed runs no longer exist or did not respond.'),
    nextCursor: z
      .string()
      .nullable()
      .describe('Send it as `cursor` to continue; null when everything is done.'),
  })
  .meta({ id: 'RebuiltRuns' })

const StuckRun = z
  .strictObject({
    id: z.string(),
    teamId: z.string(),
    status: z.string(),
    wakeBy: z.iso.datetime().describe('When the run is woken again.'),
    stuckSince: z.iso
      .datetime()
      .nullable()
      .describe(
        'Since when the run has not responded; null if nothing has tried to wake it because the tick is not running.',
      ),
  })
  .meta({ id: 'StuckRun' })
export type StuckRun = z.infer<typeof StuckRun>

export const StuckRunPage = pageOf(StuckRun).meta({ id: 'StuckRunPage' })

export const ListStuckRuns = listQuery(['wakeBy'], {})
export type ListStuckRuns = z.infer<typeof ListStuckRuns>

export const RepairedRun = z
  .strictObject({ id: z.string(), teamId: z.string(), status: z.string() })
  .meta({ id: 'RepairedRun' })
export type RepairedRun = z.infer<typeof RepairedRun>
