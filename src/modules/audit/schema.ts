import * as z from 'zod'
import { listQuery, pageOf } from '../../http/pagination.ts'

export const AuditEntry = z
  .strictObject({
    id: z.string(),
    /** The order of commit. */
    seq: z.int(),
    teamId: z.string(),
    actorKind: z.enum(['user', 'api_key', 'system', 'anonymous']),
    actorId: z.string().nullable(),
    actorKeyId: z.string().nullable(),
    action: z.string(),
    targetType: z.string(),
    targetId: z.string(),
    before: z.record(z.string(), z.unknown()).nullable(),
    after: z.record(z.string(), z.unknown()).nullable(),
    address: z.string().nullable(),
    userAgent: z.string().nullable(),
    requestId: z.string(),
    createdAt: z.iso.datetime(),
    /** The hash of this entry and the team's previous seal; null until the entry is sealed. */
    seal: z.string().nullable(),
  })
  .meta({ id: 'AuditEntry' })
export type AuditEntry = z.infer<typeof AuditEntry>

export const AuditPage = pageOf(AuditEntry).meta({ id: 'AuditPage' })

const reference = z.string().min(1).max(100)

/** A date or timestamp, as milliseconds. */
const moment = z.union([z.iso.date(), z.iso.datetime({ offset: true })]).transform((text) => Date.parse(text))

export const ListAuditLogs = listQuery(['-createdAt', 'createdAt'], {
  actor: reference.optional(),
  action: reference.optional(),
  target: reference.optional(),
  team: reference.optional(),
  from: moment.optional().meta({ description: 'Entries created at or after this time.' }),
  to: moment.optional().meta({ description: 'Entries created before this time.' }),
  q: reference.optional().meta({ description: 'Matches actions that start with this text.' }),
  format: z
    .enum(['json', 'csv', 'jsonl'])
    .default('json')
    .meta({ description: 'csv and jsonl stream all matching entries; `limit` does not apply.' }),
})
export type ListAuditLogs = z.infer<typeof ListAuditLogs>

const name = z.string().nullable().describe('The current name; null if it was deleted or has none.')

export const TeamAuditEntry = z
  .strictObject({
    id: z.string(),
    action: z.string(),
    actor: z.strictObject({
      kind: AuditEntry.shape.actorKind,
      id: z.string().nullable(),
      name,
      key: z.strictObject({ id: z.string(), name }).nullable().describe('The API key that was used, if any.'),
    }),
    target: z.strictObject({ type: z.string(), id: z.string(), name }),
    before: AuditEntry.shape.before,
    after: AuditEntry.shape.after,
    address: z.string().nullable().describe('Shown for team members only, like `userAgent`.'),
    userAgent: z.string().nullable(),
    requestId: z.string(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'TeamAuditEntry' })
export type TeamAuditEntry = z.infer<typeof TeamAuditEntry>

export const TeamAuditPage = pageOf(TeamAuditEntry).meta({ id: 'TeamAuditPage' })

export const ListTeamAuditLogs = listQuery(['-createdAt', 'createdAt'], {
  actor: reference.optional(),
  action: reference.optional(),
  target: reference.optional(),
  from: moment.optional().meta({ description: 'Entries created at or after this time.' }),
  to: moment.optional().meta({ description: 'Entries created before this time.' }),
})
export type ListTeamAuditLogs = z.infer<typeof ListTeamAuditLogs>

export const VerifyAuditLogs = z.strictObject({
  team: reference.optional().meta({ description: 'If omitted, the logs of all teams are checked.' }),
  cursor: z.string().max(1024).optional(),
})
export type VerifyAuditLogs = z.infer<typeof VerifyAuditLogs>

export const AuditPart = z
  .strictObject({
    id: z.string().describe('Identifies the part for the download.'),
    fromSeq: z.int().describe('The number of its first entry.'),
    throughSeq: z.int().describe('The number of its last entry.'),
    entries: z.int(),
    archivedAt: z.iso.datetime().describe('When it was moved out of the log.'),
  })
  .meta({ id: 'AuditPart' })
export type AuditPart = z.infer<typeof AuditPart>

export const AuditPartPage = pageOf(AuditPart).meta({ id: 'AuditPartPage' })

export const ListAuditParts = listQuery(['seq'], { team: reference.describe('Whose log.') })
export type ListAuditParts = z.infer<typeof ListAuditParts>

export const AuditPartFile = z
  .string()
  .meta({ id: 'AuditPartFile', description: 'One entry per line, as JSON.' })

export const AUDIT_FAULTS = {
  changed: 'The entry was changed after it was sealed.',
  missing: 'A sealed entry is missing.',
  inserted: 'The entry was inserted after its neighbours were sealed.',
  truncated: 'Sealed entries at the end of the log are missing.',
  rewritten: 'The log was rewritten: its seal differs from the copy.',
  record_changed: 'The record of the newest seal does not match the log.',
  copy_missing: 'The newest seal has no copy.',
} as const

export const AuditFault = z
  .strictObject({
    teamId: z.string(),
    fault: z.enum(Object.keys(AUDIT_FAULTS) as [keyof typeof AUDIT_FAULTS, ...(keyof typeof AUDIT_FAULTS)[]]),
    detail: z.string(),
    /** The first entry that is changed or missing. */
    seq: z.int(),
    entryId: z.string().nullable(),
    /** The last entry that is known to be intact. */
    afterSeq: z.int(),
    /** The last entry that the fault may be in, if the copies do not show which one it is. */
    throughSeq: z.int(),
  })
  .meta({ id: 'AuditFault' })
export type AuditFault = z.infer<typeof AuditFault>

export const AuditVerdict = z
  .strictObject({
    /** Whether no fault was found in the checked entries. */
    ok: z.boolean(),
    entries: z.int(),
    teams: z.int(),
    fault: AuditFault.nullable(),
    /** Set if the log is too long for one request. Pass it as `cursor` to check the rest. */
    nextCursor: z.string().nullable(),
  })
  .meta({ id: 'AuditVerdict' })
export type AuditVerdict = z.infer<typeof AuditVerdict>
