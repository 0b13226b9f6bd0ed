// The requests of external workers.
import * as z from 'zod'
import { DAY_MS } from '../../../core/clock.ts'
import { JsonValue } from '../../../core/json-value.ts'
import { LongText, PlainText } from '../../../http/text.ts'
import { taskFields } from '../schema/parts.ts'
import { Task } from '../schema/task.ts'
import { OFFERED_TYPES } from '../types/index.ts'

const LEASE = z
  .int()
  .min(1_000)
  .max(DAY_MS)
  .default(300_000)
  .describe('How long the task is reserved without a report, in milliseconds.')
const leaseToken = z.string().min(1).max(100).describe('As the claim has answered it.')
const EXAMPLE_TOKEN = 'b1Qw…'

export const ClaimTask = z
  .strictObject({
    types: z.array(z.enum(OFFERED_TYPES)).max(20).optional().describe('Only tasks of these types.'),
    tags: z.array(PlainText(50)).max(20).optional().describe('Only tasks that have one of these tags.'),
    worker: PlainText(100).optional().describe('The name of the worker. Default: its key.'),
    leaseMs: LEASE,
  })
  .meta({ id: 'ClaimTask', examples: [{ tags: ['calls'], leaseMs: 60_000 }] })
export type ClaimTask = z.infer<typeof ClaimTask>

export const ClaimedTask = z
  .strictObject({
    task: Task.nullable().describe('Null when nothing waits for a worker.'),
    leaseToken: z.string().nullable().describe('Holds the task. It is shown once.'),
    leaseUntil: z.iso.datetime().nullable().describe('Then the task goes to the next worker.'),
  })
  .meta({ id: 'ClaimedTask' })
export type ClaimedTask = z.infer<typeof ClaimedTask>

export const ReportProgress = z
  .strictObject({
    progress: z.int().min(0).max(100).optional().describe('In percent. It never decreases.'),
    message: PlainText(500).optional().describe('The current step.'),
    step: PlainText(100).optional().describe('The current step.'),
    leaseMs: LEASE,
    leaseToken,
  })
  .meta({
    id: 'ReportProgress',
    examples: [{ progress: 40, message: 'Dialling', leaseToken: EXAMPLE_TOKEN }],
  })
export type ReportProgress = z.infer<typeof ReportProgress>

const MAX_RESULT_CHARS = 262_144

export const CompleteTask = z
  .strictObject({
    result: JsonValue.optional()
      .refine(
        (value) => value === undefined || JSON.stringify(value).length <= MAX_RESULT_CHARS,
        'is larger than 256 KB; put it into a file',
      )
      .describe('The result of the work.'),
    files: taskFields.files.optional().describe('Files of the team that the work has created.'),
    leaseToken,
  })
  .meta({ id: 'CompleteTask', examples: [{ result: { price: 17 }, leaseToken: EXAMPLE_TOKEN }] })
export type CompleteTask = z.infer<typeof CompleteTask>

export const FailTask = z
  .strictObject({
    error: z.strictObject({ code: PlainText(100).optional(), message: LongText(2_000).min(1) }),
    retryable: z
      .boolean()
      .default(false)
      .describe('Whether it is worth another try, as `retry` of the task allows.'),
    leaseToken,
  })
  .meta({
    id: 'FailTask',
    examples: [{ error: { message: 'Nobody answers' }, retryable: true, leaseToken: EXAMPLE_TOKEN }],
  })
export type FailTask = z.infer<typeof FailTask>
