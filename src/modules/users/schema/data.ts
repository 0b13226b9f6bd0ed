import * as z from 'zod'
import { JsonValue } from '../../../http/json-value.ts'
import { Preferences } from './preferences.ts'
import { Profile } from './profile.ts'

const time = z.iso.datetime()

export const UserStats = z
  .strictObject({
    memberSince: time,
    lastSignInAt: time.nullable(),
    lastActionAt: time.nullable(),
    teams: z.int(),
    ownedTeams: z.int(),
    activeSessions: z.int(),
    apiKeys: z.int(),
    /** What the team that the request is in used this month. */
    team: z.strictObject({
      teamId: z.string(),
      period: z.string(),
      runs: z.number(),
      inputTokens: z.number(),
      outputTokens: z.number(),
      costUsd: z.number(),
    }),
  })
  .meta({ id: 'UserStats' })
export type UserStats = z.infer<typeof UserStats>

const text = z.string()
const maybe = z.string().nullable()

export const UserExport = z
  .strictObject({
    exportedAt: time,
    profile: Profile,
    preferences: Preferences,
    memberships: z.array(
      z.strictObject({
        teamId: text,
        name: text,
        personal: z.boolean(),
        plan: text,
        role: text,
        joinedAt: time,
      }),
    ),
    apiKeys: z.array(
      z.strictObject({
        id: text,
        teamId: text,
        name: text,
        masked: text,
        scopes: z.array(text),
        createdAt: time,
        expiresAt: time.nullable(),
        lastUsedAt: time.nullable(),
        revokedAt: time.nullable(),
      }),
    ),
    sessions: z.array(
      z.strictObject({
        id: text,
        method: text,
        address: maybe,
        userAgent: maybe,
        createdAt: time,
        lastUsedAt: time,
        expiresAt: time,
        revokedAt: time.nullable(),
      }),
    ),
    identities: z.array(z.strictObject({ provider: text, subject: text, email: text, createdAt: time })),
    auditEntries: z.array(
      z.strictObject({
        id: text,
        teamId: text,
        action: text,
        targetType: text,
        targetId: text,
        before: JsonValue.nullable(),
        after: JsonValue.nullable(),
        address: maybe,
        userAgent: maybe,
        requestId: text,
        createdAt: time,
      }),
    ),
    /** False when a list was cut because it is longer than one request can read. */
    complete: z.boolean(),
  })
  .meta({ id: 'UserExport' })
export type UserExport = z.infer<typeof UserExport>
