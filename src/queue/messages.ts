// What travels in a queue is only the id of an outbox row: the row holds the body, and is the truth.
import * as z from 'zod'

export const QueueEnvelope = z.object({ outboxId: z.string(), requestId: z.string() })
export type QueueEnvelope = z.infer<typeof QueueEnvelope>

export const MailSend = z.object({
  type: z.literal('mail.send'),
  to: z.string(),
  subject: z.string(),
  text: z.string(),
  html: z.string().optional(),
})

export const QueueMessage = z.discriminatedUnion('type', [MailSend])
export type QueueMessage = z.infer<typeof QueueMessage>
