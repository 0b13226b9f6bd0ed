// What costs and usage share: the fields of the key, and the filters of lists, totals and summaries.
import * as z from 'zod'
import { PlainText } from '../../../http/text.ts'
import { Day } from '../amounts.ts'
import { LabelFilter, Labels } from '../labels.ts'

export const Provider = PlainText(100)
const GpuType = PlainText(100)
const Service = PlainText(200)
const Resource = PlainText(1_000)
const Source = PlainText(100)
const Line = PlainText(100)
const Id = z.string().min(1).max(100)

export const keyFields = {
  date: Day,
  provider: Provider,
  gpuType: GpuType.optional(),
  service: Service.optional(),
  resource: Resource.optional(),
  source: Source.describe('Where the row is from, such as `bill` or `agent`.'),
  line: Line.optional().describe('Distinguishes rows that are otherwise equal.'),
}

export const labelsField = Labels.optional().describe('Replaces the labels that are there.')

export const Mode = z
  .enum(['set', 'add'])
  .default('set')
  .describe('Whether an amount replaces the one that is there or is added to it.')

export const keyView = {
  id: z.string(),
  teamId: z.string(),
  date: z.iso.date(),
  provider: z.string(),
  gpuType: z.string().nullable(),
  service: z.string().nullable(),
  resource: z.string().nullable(),
  source: z.string(),
  line: z.string().nullable(),
}

export const dimensionsView = {
  model: z.string().nullable(),
  agentId: z.string().nullable(),
  workflowId: z.string().nullable(),
  runId: z.string().nullable(),
  userId: z.string().nullable(),
  labels: z.record(z.string(), z.string()),
  version: z.int(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
}

export const filterFields = {
  from: Day.optional(),
  to: Day.optional(),
  team: Id.optional().describe('A team other than that of the request has no rows here.'),
  provider: Provider.optional(),
  gpuType: GpuType.optional(),
  service: Service.optional(),
  resource: Resource.optional(),
  source: Source.optional(),
  model: PlainText(200).optional(),
  agent: Id.optional(),
  workflow: Id.optional(),
  run: Id.optional(),
  user: Id.optional(),
  label: LabelFilter.optional(),
}

/** Filters that are left out do not apply. */
export type SnapshotFilter = { [Name in keyof typeof filterFields]?: string | undefined }

export const fromBeforeTo = ({ from, to }: { from?: string | undefined; to?: string | undefined }): boolean =>
  from === undefined || to === undefined || from <= to

export const FROM_AFTER_TO = { path: ['from'], message: 'is after `to`' }
