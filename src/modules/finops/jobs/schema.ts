import * as z from 'zod'
import { commaList, listQuery, pageOf } from '../../../http/pagination.ts'
import { LongText, PlainText } from '../../../http/text.ts'
import { Day, HourlyRate, Moment } from '../amounts.ts'
import { LabelFilter, Labels } from '../labels.ts'
import { JOB_STATUSES } from './status.ts'

const Status = z.enum(JOB_STATUSES)
export const Provider = PlainText(100)
export const GpuType = PlainText(100)
const Model = PlainText(200)
const Region = PlainText(100)
const Id = z.string().min(1).max(100)

const fields = {
  provider: Provider,
  gpuType: GpuType,
  gpuCount: z.int().min(1).max(10_000),
  modelName: Model.nullable(),
  status: Status,
  startedAt: Moment.nullable().describe('Set to the current time when a job starts running without it.'),
  finishedAt: Moment.nullable().describe('Set to now when a job ends without it.'),
  hourlyRateUsd: HourlyRate.nullable().describe(
    'Dollars for one GPU and one hour. Without it the price table of the day of the start applies.',
  ),
  region: Region.nullable(),
  labels: Labels,
  runId: Id.nullable(),
  notes: LongText(5_000),
}

export const CreateGpuJob = z
  .strictObject(fields)
  .partial()
  .extend({
    provider: fields.provider,
    gpuType: fields.gpuType,
    externalId: PlainText(200)
      .optional()
      .describe('Your name for the job. Writing the same one again updates the job.'),
  })
  .meta({ id: 'CreateGpuJob' })
export type CreateGpuJob = z.infer<typeof CreateGpuJob>

export const UpdateGpuJob = z.strictObject(fields).partial().meta({ id: 'UpdateGpuJob' })
export type UpdateGpuJob = z.infer<typeof UpdateGpuJob>

export const GpuJob = z
  .strictObject({
    id: z.string(),
    teamId: z.string(),
    externalId: z.string().nullable(),
    provider: z.string(),
    gpuType: z.string(),
    gpuCount: z.int(),
    modelName: z.string().nullable(),
    status: Status,
    startedAt: z.iso.datetime().nullable(),
    finishedAt: z.iso.datetime().nullable(),
    hourlyRateUsd: z.number().nullable(),
    priceUsd: z.number().nullable().describe('The price of one GPU and hour; null if it is unknown.'),
    priceSource: z.enum(['job', 'price_table']).nullable(),
    hours: z.number().describe('GPUs × time, up to now while the job has not ended.'),
    costUsd: z.number().nullable().describe('Hours × price; null when no price is known.'),
    region: z.string().nullable(),
    labels: z.record(z.string(), z.string()),
    runId: z.string().nullable(),
    notes: z.string(),
    utilization: z
      .strictObject({
        samples: z.int(),
        gpuPct: z.number(),
        memPct: z.number(),
        powerW: z.number().nullable(),
      })
      .nullable()
      .describe('The means of all samples; null without samples.'),
    version: z.int(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
    deletedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'GpuJob' })
export type GpuJob = z.infer<typeof GpuJob>

export const GpuJobPage = pageOf(GpuJob).meta({ id: 'GpuJobPage' })

export const ListGpuJobs = listQuery(
  ['-createdAt', 'createdAt', '-startedAt', 'startedAt', '-cost', 'cost', '-hours', 'hours'],
  {
    team: Id.optional().describe('A team other than that of the request has no jobs here.'),
    status: commaList(z.array(Status), 100)
      .optional()
      .describe('One status, or several separated by commas.'),
    provider: Provider.optional(),
    gpuType: GpuType.optional(),
    model: Model.optional(),
    label: LabelFilter.optional(),
    from: Day.optional().describe(
      'Jobs that began on this day or later; created, for those that have not begun.',
    ),
    to: Day.optional().describe('Jobs that began on this day or earlier.'),
    q: PlainText(200).optional().describe('Found in model, external id, provider, GPU type or notes.'),
    deleted: z
      .enum(['true', 'false'])
      .default('false')
      .transform((text) => text === 'true')
      .describe('Lists the deleted jobs instead.'),
  },
)
export type ListGpuJobs = z.infer<typeof ListGpuJobs>

export const MAX_SAMPLES_A_REQUEST = 1_000

const Percent = z.number().min(0).max(100)

const sample = {
  gpuPct: Percent,
  memPct: Percent,
}

export const AddSamples = z
  .array(
    z.strictObject({
      at: Moment,
      ...sample,
      powerW: z.number().min(0).max(10_000_000).nullable().optional(),
    }),
  )
  .min(1)
  .max(MAX_SAMPLES_A_REQUEST)
  .meta({ id: 'AddSamples' })
export type AddSamples = z.infer<typeof AddSamples>

export const Sample = z
  .strictObject({ at: z.iso.datetime(), ...sample, powerW: z.number().nullable() })
  .meta({ id: 'Sample' })
export type Sample = z.infer<typeof Sample>

export const SamplePage = pageOf(Sample).meta({ id: 'SamplePage' })

export const ListSamples = listQuery(['at', '-at'], {})
export type ListSamples = z.infer<typeof ListSamples>
