import * as z from 'zod'
import { listQuery, pageOf } from '../../../http/pagination.ts'

const MessageTypeName = z.string().min(1).max(100)

const QueuedType = z
  .strictObject({
    type: z.string(),
    pending: z.int().describe('Messages that are not done and not dead.'),
    due: z.int().describe('Pending messages that are due and not being processed.'),
    dead: z.int().describe('Messages that failed ten times. They are not retried.'),
    delaySeconds: z.number().describe('How long the oldest message has been due.'),
  })
  .meta({ id: 'QueuedType' })

const CronTask = z
  .strictObject({
    name: z.string(),
    durationMs: z.number(),
    error: z.string().nullable().describe('The error of the last execution; null if it succeeded.'),
  })
  .meta({ id: 'CronTaskResult' })

export const AdminQueues = z
  .strictObject({
    at: z.iso.datetime().describe('When the figures were collected.'),
    messages: z
      .array(QueuedType)
      .describe('The outbox, by message type. Types without messages are left out.'),
    webhooks: z
      .strictObject({
        due: z.int().describe('How many deliveries are due.'),
        delaySeconds: z.number().describe('How long the oldest delivery has been due.'),
      })
      .describe('Deliveries to webhook endpoints that are due.'),
    runs: z
      .strictObject({
        inLine: z.int().describe('Queued runs that wait for a slot of their team.'),
        stuck: z.int().describe('Runs that do not respond.'),
      })
      .describe('Runs that wait or do not respond.'),
    cron: z
      .strictObject({
        lastTickAt: z.iso
          .datetime()
          .nullable()
          .describe('When the last completed tick started; null before the first.'),
        lagSeconds: z.number().nullable().describe('How late the next tick is. A tick is due every minute.'),
        durationMs: z.number().nullable(),
        tasks: z.array(CronTask).describe('Its tasks, in order.'),
      })
      .describe('The tick that runs every minute.'),
  })
  .meta({ id: 'AdminQueues' })
export type AdminQueues = z.infer<typeof AdminQueues>

export const QueuedMessage = z
  .strictObject({
    id: z.string(),
    type: z.string(),
    status: z.enum(['pending', 'dead']),
    attempts: z.int().describe('The number of attempts.'),
    nextAt: z.iso
      .datetime()
      .describe('The time of the next attempt. For a dead message, when it would have been.'),
    lastError: z.string().nullable().describe('The error of the last attempt; null if there was no failure.'),
    requestId: z.string().describe('The request that caused it.'),
    createdAt: z.iso.datetime(),
    body: z
      .record(z.string(), z.unknown())
      .describe(
        'The content. Text other than ids is replaced by its length, because mails contain one-time tokens.',
      ),
  })
  .meta({ id: 'QueuedMessage' })
export type QueuedMessage = z.infer<typeof QueuedMessage>

export const QueuedMessagePage = pageOf(QueuedMessage).meta({ id: 'QueuedMessagePage' })

export const ListQueuedMessages = listQuery(['nextAt', '-nextAt'], {
  status: z.enum(['pending', 'dead']).default('dead'),
  type: MessageTypeName.optional().describe('Only messages of this type.'),
})
export type ListQueuedMessages = z.infer<typeof ListQueuedMessages>

export const ChooseDeadMessages = z
  .strictObject({
    type: MessageTypeName.nullable()
      .default(null)
      .describe('Only messages of this type; null for all types.'),
  })
  .meta({ id: 'ChooseDeadMessages' })
export type ChooseDeadMessages = z.infer<typeof ChooseDeadMessages>

export const ChangedMessages = z
  .strictObject({
    changed: z.int().describe('How many messages were redriven or discarded, at most 500.'),
    remaining: z
      .int()
      .describe('How many matching dead messages are left. To process them, repeat the request.'),
  })
  .meta({ id: 'ChangedMessages' })
export type ChangedMessages = z.infer<typeof ChangedMessages>
