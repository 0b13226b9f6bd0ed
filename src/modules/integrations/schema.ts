import * as z from 'zod'
import { INTEGRATION_STATUSES } from '../../db/schema/index.ts'
import { listQuery, pageOf } from '../../http/pagination.ts'
import { LongText, PlainText } from '../../http/text.ts'
import { MAX_HOSTS } from './hosts.ts'
import { INTEGRATION_TYPES } from './types/index.ts'

const TYPE_NAMES = INTEGRATION_TYPES.map(({ type }) => type) as [string, ...string[]]

/** It would be mistaken for an id. */
export const IntegrationName = PlainText(100)
  .refine((name) => !/^int_/i.test(name), 'must not begin with int_, as ids do')
  .describe('The name that nodes and webhook triggers use, unique in the team.')

const description = LongText(500)

const hosts = z
  .array(z.string().max(260))
  .max(MAX_HOSTS)
  .describe(
    'The only hosts that its secrets are sent to: `api.example.com`, `api.example.com:8443` or `*.example.com`. Default: those of the type.',
  )

/** Checked with the schema of the type. */
const config = z.record(z.string(), z.unknown()).describe('The fields of the type that are not secret.')
const secrets = z
  .record(z.string(), z.string())
  .describe('The secret fields of the type. They can be written, but never read.')

export const CreateIntegration = z
  .strictObject({
    type: z.enum(TYPE_NAMES),
    name: IntegrationName,
    description: description.default(''),
    config: config.default({}),
    secrets: secrets.default({}),
    allowedHosts: hosts.optional(),
  })
  .meta({ id: 'CreateIntegration' })
export type CreateIntegration = z.infer<typeof CreateIntegration>

export const UpdateIntegration = z
  .strictObject({
    name: IntegrationName.optional(),
    description: description.optional(),
    config: config.optional().describe('The fields to change; null removes one.'),
    secrets: z
      .record(z.string(), z.string().nullable())
      .optional()
      .describe('The secrets to change; null removes one. The others stay.'),
    allowedHosts: hosts.optional(),
  })
  .meta({ id: 'UpdateIntegration' })
export type UpdateIntegration = z.infer<typeof UpdateIntegration>

export const MAX_OVERLAP_S = 3_600

export const RotateSecrets = z
  .strictObject({
    secrets: secrets.describe('The new values of some or all secrets.'),
    overlapS: z
      .int()
      .min(0)
      .max(MAX_OVERLAP_S)
      .default(MAX_OVERLAP_S)
      .describe(
        'How many seconds the old values still count: for deliveries of webhooks, and for requests that are refused with the new value.',
      ),
  })
  .meta({ id: 'RotateIntegrationSecrets' })
export type RotateSecrets = z.infer<typeof RotateSecrets>

export const TEST_OUTCOMES = ['ok', 'refused', 'unclear'] as const

const testShape = {
  outcome: z
    .enum(TEST_OUTCOMES)
    .describe('`refused`: the service does not accept the secrets. `unclear`: it gave no clear answer.'),
  httpStatus: z.int().nullable().describe('Null when there was no answer.'),
  message: z.string(),
  durationMs: z.int(),
  at: z.iso.datetime(),
}

export const LastTest = z.strictObject(testShape).meta({ id: 'IntegrationLastTest' })
export type LastTest = z.infer<typeof LastTest>

export const Integration = z
  .strictObject({
    id: z.string(),
    type: z.string(),
    name: z.string(),
    description: z.string(),
    config: z.record(z.string(), z.unknown()),
    secretsSet: z
      .record(
        z.string(),
        z.strictObject({
          lastFour: z
            .string()
            .nullable()
            .describe('Null for a short secret, because it would reveal too much.'),
          setAt: z.iso.datetime(),
          previousUntil: z.iso
            .datetime()
            .nullable()
            .describe('Until when the value before a rotation is accepted.'),
        }),
      )
      .describe('The secrets that are set, by field.'),
    allowedHosts: z.array(z.string()),
    status: z.enum(INTEGRATION_STATUSES),
    lastTest: LastTest.nullable(),
    lastUsedAt: z.iso.datetime().nullable(),
    version: z.int(),
    createdBy: z.string(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'Integration' })
export type Integration = z.infer<typeof Integration>

export const IntegrationPage = pageOf(Integration).meta({ id: 'IntegrationPage' })

export const ListIntegrations = listQuery(
  ['-createdAt', 'createdAt', '-updatedAt', 'updatedAt', 'name', '-name'],
  {
    type: z.enum(TYPE_NAMES).optional(),
    status: z.enum(INTEGRATION_STATUSES).optional(),
    q: z.string().trim().min(1).max(100).optional().describe('In name or description.'),
  },
)
export type ListIntegrations = z.infer<typeof ListIntegrations>

export const DeleteQuery = z.strictObject({
  force: z
    .enum(['true', 'false'])
    .default('false')
    .transform((text) => text === 'true')
    .describe('Delete it although workflows use it. Their runs fail from then on.'),
})

export const TypeList = pageOf(
  z.strictObject({
    type: z.string(),
    name: z.string(),
    help: z.string(),
    helpUrl: z.string().nullable(),
    fields: z.array(
      z.strictObject({
        name: z.string(),
        in: z.enum(['config', 'secrets']),
        isSecret: z.boolean(),
        isRequired: z.boolean(),
        description: z.string(),
        schema: z.record(z.string(), z.unknown()).describe('JSON Schema of the field.'),
      }),
    ),
    defaultHosts: z
      .array(z.string())
      .describe('Where secrets may go unless `allowedHosts` says otherwise; empty where fields decide.'),
    test: z.string().nullable().describe('A description of the test; null if there is none.'),
    usableFor: z.array(z.enum(['requests', 'webhooks'])),
    needsConsent: z.boolean().describe('A person has to consent at the provider: `GET /{id}/connect`.'),
  }),
).meta({ id: 'IntegrationTypeList' })
export type TypeList = z.infer<typeof TypeList>

export const IntegrationTest = z
  .strictObject({
    id: z.string(),
    integrationId: z.string(),
    ...testShape,
    testedBy: z.string().nullable().describe('Null for the nightly test.'),
  })
  .meta({ id: 'IntegrationTest' })
export type IntegrationTest = z.infer<typeof IntegrationTest>

export const IntegrationTestPage = pageOf(IntegrationTest).meta({ id: 'IntegrationTestPage' })

export const ListTests = listQuery(['-at', 'at'], {})
export type ListTests = z.infer<typeof ListTests>

/** How many days of usage are kept. */
export const MAX_USAGE_DAYS = 90

export const UsageQuery = z.strictObject({
  days: z.coerce
    .number()
    .int()
    .min(1)
    .max(MAX_USAGE_DAYS)
    .default(30)
    .describe('How many days back, today included.'),
})
export type UsageQuery = z.infer<typeof UsageQuery>

const counts = { runs: z.int(), calls: z.int() }

export const IntegrationUsage = z
  .strictObject({
    integrationId: z.string(),
    since: z.iso.date(),
    days: z.array(z.strictObject({ day: z.iso.date(), ...counts })).describe('Newest first, in UTC.'),
    workflows: z.array(
      z.strictObject({
        workflowId: z.string().nullable(),
        workflowName: z.string().nullable().describe('Null when the workflow was deleted.'),
        ...counts,
        lastUsedAt: z.iso.datetime(),
      }),
    ),
    runs: z
      .array(
        z.strictObject({
          runId: z.string(),
          workflowId: z.string().nullable(),
          calls: z.int(),
          lastUsedAt: z.iso.datetime(),
        }),
      )
      .describe('The 100 that used it last.'),
    referencedBy: z
      .array(z.strictObject({ workflowId: z.string(), workflowName: z.string() }))
      .describe('Workflows whose current version names it, whether they have run or not.'),
    agents: z
      .array(z.strictObject({ agentId: z.string(), agentName: z.string() }))
      .describe('Agents whose tools or models name it.'),
    tasks: z
      .array(z.strictObject({ taskId: z.string(), taskTitle: z.string() }))
      .describe('Tasks that have not ended and whose input names it.'),
    taskTemplates: z
      .array(z.strictObject({ templateId: z.string(), templateName: z.string() }))
      .describe('Templates of the team for tasks whose input names it.'),
    exportsCosts: z.boolean().describe('Whether the scheduled export of costs is sent there.'),
  })
  .meta({ id: 'IntegrationUsage' })
export type IntegrationUsage = z.infer<typeof IntegrationUsage>

export const ConnectStart = z
  .strictObject({
    url: z.url().describe('Where to send this browser for the consent.'),
    expiresAt: z.iso.datetime(),
  })
  .meta({ id: 'IntegrationConnect' })
export type ConnectStart = z.infer<typeof ConnectStart>

export const HtmlPage = z.string()

export const CallbackQuery = z.object({
  state: z.string().max(200).optional(),
  code: z.string().max(4096).optional(),
})
