import * as z from 'zod'
import { listQuery, pageOf } from '../../../http/pagination.ts'

const MessageTypeName = z.string().min(1).max(100)

const QueuedType = z
  .strictObject({
    type: z.string(),
    pending: z.int().describe('Messages that are not done and have not been given up.'),
    due: z.int().describe('Those whose time has come and that no consumer has taken.'),
    dead: z.int().describe('Messages that were given up after ten failures.'),
    delaySeconds: z.number().describe('For how long the oldest of them has been due.'),
  })
  .meta({ id: 'QueuedType' })

const CronTask = z
  .strictObject({
    name: z.string(),
    durationMs: z.number(),
    error: z.string().nullable().describe('Why it failed the last time; null when it did not.'),
  })
  .meta({ id: 'CronTaskResult' })

export const AdminQueues = z
  .strictObject({
    at: z.iso.datetime().describe('When this was counted.'),
    messages: z
      .array(QueuedType)
      .describe('The outbox, by the type of message. Types with nothing to do are left out.'),
    webhooks: z
      .strictObject({
        due: z.int().describe('How many should have been sent by now.'),
        delaySeconds: z.number().describe('For how long the oldest of them has been due.'),
      })
      .describe('Deliveries to webhook endpoints whose time has come.'),
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
          .describe('When the last tick that was completed began; null before the first.'),
        lagSeconds: z.number().nullable().describe('How late the next tick is. A tick is due every minute.'),
        durationMs: z.number().nullable(),
        tasks: z.array(CronTask).describe('What it did, in order.'),
      })
      .describe('The tick of every minute.'),
  })
  .meta({ id: 'AdminQueues' })
export type AdminQueues = z.infer<typeof AdminQueues>

export const QueuedMessage = z
  .strictObject({
    id: z.string(),
    type: z.string(),
    status: z.enum(['pending', 'dead']),
    attempts: z.int().describe('How often it was tried.'),
    nextAt: z.iso.datetime().describe('When it is tried next. For a dead message: when it would have been.'),
    lastError: z.string().nullable().describe('Why the last try failed; null before the first failure.'),
    requestId: z.string().describe('The request that led to it.'),
    createdAt: z.iso.datetime(),
    body: z
      .record(z.string(), z.unknown())
      .describe(
        'What it carries. Text other than ids is replaced by its length, since mails hold one-time tokens.',
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
      .describe('How many dead messages of this choice are left. Repeat the request for them.'),
  })
  .meta({ id: 'ChangedMessages' })
export type ChangedMessages = z.infer<typeof ChangedMessages>
