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
    /** The hash over this entry and its team's seal before it; null until the sealing job has been there. */
    seal: z.string().nullable(),
  })
  .meta({ id: 'AuditEntry' })
export type AuditEntry = z.infer<typeof AuditEntry>

export const AuditPage = pageOf(AuditEntry).meta({ id: 'AuditPage' })

const reference = z.string().min(1).max(100)

/** A day or a moment, as milliseconds. */
const moment = z.union([z.iso.date(), z.iso.datetime({ offset: true })]).transform((text) => Date.parse(text))

export const ListAuditLogs = listQuery(['-createdAt', 'createdAt'], {
  actor: reference.optional(),
  action: reference.optional(),
  target: reference.optional(),
  team: reference.optional(),
  from: moment.optional().meta({ description: 'Entries made at this moment or later.' }),
  to: moment.optional().meta({ description: 'Entries made before this moment.' }),
  q: reference.optional().meta({ description: 'What the action begins with.' }),
  format: z
    .enum(['json', 'csv', 'jsonl'])
    .default('json')
    .meta({ description: 'csv and jsonl stream every entry that matches; limit does not apply.' }),
})
export type ListAuditLogs = z.infer<typeof ListAuditLogs>

const name = z.string().nullable().describe('What it is called today; null when it is gone or has no name.')

export const TeamAuditEntry = z
  .strictObject({
    id: z.string(),
    action: z.string(),
    actor: z.strictObject({
      kind: AuditEntry.shape.actorKind,
      id: z.string().nullable(),
      name,
      key: z
        .strictObject({ id: z.string(), name })
        .nullable()
        .describe('The API key that acted, when one did.'),
    }),
    target: z.strictObject({ type: z.string(), id: z.string(), name }),
    before: AuditEntry.shape.before,
    after: AuditEntry.shape.after,
    address: z.string().nullable().describe('Of members only; so is `userAgent`.'),
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
  from: moment.optional().meta({ description: 'Entries made at this moment or later.' }),
  to: moment.optional().meta({ description: 'Entries made before this moment.' }),
})
export type ListTeamAuditLogs = z.infer<typeof ListTeamAuditLogs>

export const VerifyAuditLogs = z.strictObject({
  team: reference.optional().meta({ description: 'Without it, the logs of all teams are checked.' }),
  cursor: z.string().max(1024).optional(),
})
export type VerifyAuditLogs = z.infer<typeof VerifyAuditLogs>

export const AUDIT_FAULTS = {
  changed: 'The entry is not what was sealed.',
  missing: 'An entry that was sealed is gone.',
  inserted: 'The entry was put in after its neighbours were sealed.',
  truncated: 'The end of the log that was sealed is gone.',
  rewritten: 'The log was sealed anew: it differs from the copy of its seal.',
  record_changed: 'The record of the newest seal does not fit the log.',
  copy_missing: 'The newest seal has no copy.',
} as const

export const AuditFault = z
  .strictObject({
    teamId: z.string(),
    fault: z.enum(Object.keys(AUDIT_FAULTS) as [keyof typeof AUDIT_FAULTS, ...(keyof typeof AUDIT_FAULTS)[]]),
    detail: z.string(),
    /** The first entry that is broken or gone; null for the id of one that is gone. */
    seq: z.int(),
    entryId: z.string().nullable(),
    /** The newest entry that is known to be sound. */
    afterSeq: z.int(),
    /** Where the copies do not tell which entry it is: the last that it may be. */
    throughSeq: z.int(),
  })
  .meta({ id: 'AuditFault' })
export type AuditFault = z.infer<typeof AuditFault>

export const AuditVerdict = z
  .strictObject({
    /** Nothing broken was found in what was checked. */
    ok: z.boolean(),
    entries: z.int(),
    teams: z.int(),
    fault: AuditFault.nullable(),
    /** Set when the log is too long for one request: ask again with it to check the rest. */
    nextCursor: z.string().nullable(),
  })
  .meta({ id: 'AuditVerdict' })
export type AuditVerdict = z.infer<typeof AuditVerdict>
