import * as z from 'zod'
import { JsonValue } from '../../../http/json-value.ts'
import { Preferences } from './preferences.ts'
import { Profile } from './profile.ts'

export const ExportQuery = z.strictObject({
  cursor: z.string().max(4096).optional().meta({ description: 'The nextCursor of the previous part.' }),
})

const text = z.string()
const maybe = z.string().nullable()
const time = z.iso.datetime()
const never = time.nullable()
const flag = z.boolean()
const json = JsonValue.nullable()
const count = z.number()

const many = <Shape extends z.ZodRawShape>(shape: Shape) => z.array(z.strictObject(shape))

export const UserExport = z
  .strictObject({
    exportedAt: time,
    profile: Profile,
    preferences: Preferences,
    memberships: many({ teamId: text, name: text, personal: flag, plan: text, role: text, joinedAt: time }),
    apiKeys: many({
      id: text,
      teamId: text,
      name: text,
      masked: text,
      scopes: z.array(text),
      createdAt: time,
      expiresAt: never,
      lastUsedAt: never,
      revokedAt: never,
    }),
    sessions: many({
      id: text,
      method: text,
      address: maybe,
      userAgent: maybe,
      createdAt: time,
      lastUsedAt: time,
      expiresAt: time,
      revokedAt: never,
    }),
    identities: many({ provider: text, subject: text, email: text, createdAt: time }),
    auditEntries: many({
      id: text,
      teamId: text,
      action: text,
      targetType: text,
      targetId: text,
      before: json,
      after: json,
      address: maybe,
      userAgent: maybe,
      requestId: text,
      createdAt: time,
    }),
    /** Invitations of teams that the user owns, and those that the user has sent in other teams. */
    invitations: many({
      id: text,
      teamId: text,
      email: text,
      role: text,
      invitedBy: text,
      createdAt: time,
      expiresAt: time,
      acceptedAt: never,
      revokedAt: never,
    }),
    /** The following lists contain data of the teams that the user owns. */
    teams: many({
      id: text,
      name: text,
      description: text,
      personal: flag,
      plan: text,
      createdAt: time,
      updatedAt: time,
      monthlyCostUsd: count.nullable(),
      monthlyTokens: count.nullable(),
      alertAtShares: json,
      hardStop: flag,
    }),
    members: many({ teamId: text, userId: text, name: text, email: text, role: text, joinedAt: time }),
    usage: many({ teamId: text, period: text, metric: text, value: count }),
    workflows: many({
      id: text,
      teamId: text,
      name: text,
      description: text,
      folder: text,
      tags: json,
      active: flag,
      version: count,
      draft: json,
      draftUpdatedAt: never,
      errorWorkflowId: maybe,
      createdBy: text,
      createdAt: time,
      updatedAt: time,
    }),
    workflowVersions: many({
      workflowId: text,
      version: count,
      definition: json,
      triggers: json,
      note: text,
      createdBy: text,
      createdAt: time,
    }),
    /** Without the secret part of webhook URLs and without signing secrets. */
    triggers: many({
      id: text,
      teamId: text,
      workflowId: text,
      key: text,
      type: text,
      active: flag,
      config: json,
      eventName: maybe,
      nextFireAt: never,
      lastFireAt: never,
      createdAt: time,
    }),
    variables: many({ teamId: text, name: text, value: json, updatedBy: text, updatedAt: time }),
    templates: many({
      id: text,
      teamId: text,
      name: text,
      description: text,
      category: text,
      isPublic: flag,
      definition: json,
      triggers: json,
      variables: json,
      createdBy: text,
      createdAt: time,
    }),
    /** The index of runs. Read a run to get its output. */
    runs: many({
      id: text,
      teamId: text,
      workflowId: maybe,
      workflowVersion: count,
      workflowName: text,
      status: text,
      triggerType: text,
      triggerKey: maybe,
      title: maybe,
      tags: json,
      metadata: json,
      startedBy: maybe,
      cancelledBy: maybe,
      parentRunId: maybe,
      error: json,
      costUsd: count,
      inputTokens: count,
      outputTokens: count,
      createdAt: time,
      startedAt: never,
      finishedAt: never,
      durationMs: count.nullable(),
    }),
    approvals: many({
      id: text,
      teamId: text,
      runId: text,
      workflowId: maybe,
      path: text,
      status: text,
      title: text,
      message: text,
      form: json,
      assignees: json,
      quorum: count,
      allowSelf: flag,
      decisions: json,
      startedBy: maybe,
      createdAt: time,
      expiresAt: never,
      decidedAt: never,
    }),
    storeEntries: many({ teamId: text, key: text, value: json, expiresAt: never, updatedAt: time }),
    events: many({ teamId: text, id: text, name: text, data: json, sentBy: maybe, createdAt: time }),
    /** False if one request cannot return everything. */
    complete: flag,
    /** Pass it as `cursor` to continue. */
    nextCursor: maybe,
  })
  .meta({ id: 'UserExport' })
export type UserExport = z.infer<typeof UserExport>
