import * as z from 'zod'
import { listQuery, pageOf } from '../../http/pagination.ts'

export const Welcome = z
  .strictObject({
    name: z.string(),
    description: z.string(),
    version: z.string(),
    links: z.record(z.string(), z.string()),
  })
  .meta({ id: 'Welcome' })
export type Welcome = z.infer<typeof Welcome>

export const Health = z.strictObject({ status: z.literal('ok') }).meta({ id: 'Health' })
export type Health = z.infer<typeof Health>

export const DatabaseHealth = z
  .strictObject({ status: z.literal('ok'), durationMs: z.number() })
  .meta({ id: 'DatabaseHealth' })
export type DatabaseHealth = z.infer<typeof DatabaseHealth>

export const Readiness = z
  .strictObject({
    status: z.literal('ok'),
    checks: z.record(z.string(), z.strictObject({ status: z.literal('ok'), durationMs: z.number() })),
  })
  .meta({ id: 'Readiness' })
export type Readiness = z.infer<typeof Readiness>

export const KeptMail = z
  .strictObject({
    to: z.string(),
    subject: z.string(),
    text: z.string(),
    html: z.string().nullable(),
    attachments: z.array(z.strictObject({ filename: z.string(), sizeBytes: z.int() })),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'KeptMail' })
export type KeptMail = z.infer<typeof KeptMail>

export const ListMail = listQuery(['-createdAt', 'createdAt'], {
  to: z.email().optional().describe('Only mail to this address.'),
  token: z.string().max(200).optional().describe('MAILBOX_TOKEN, for a browser, which sends no header.'),
})
export type ListMail = z.infer<typeof ListMail>

export const Mailbox = pageOf(KeptMail).meta({ id: 'Mailbox' })
export type Mailbox = z.infer<typeof Mailbox>

export const FlakyQuery = z.strictObject({ failures: z.coerce.number().int().min(0).max(20).default(2) })
export type FlakyQuery = z.infer<typeof FlakyQuery>

export const Flaky = z
  .strictObject({ ok: z.literal(true), key: z.string(), tries: z.int() })
  .meta({ id: 'Flaky' })
export type Flaky = z.infer<typeof Flaky>

export const Metrics = z.string().meta({ id: 'Metrics', description: 'Prometheus text format' })
export const OpenApi = z.looseObject({ openapi: z.string() }).meta({ id: 'OpenApi' })
