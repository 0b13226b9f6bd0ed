import { and, count, eq } from 'drizzle-orm'
import type { Db } from '../../db/client.ts'
import { keyset, type ListOptions } from '../../db/paginate.ts'
import { mailbox } from '../../db/schema/index.ts'

export type KeptMailRow = {
  id: string
  to: string
  subject: string
  text: string
  html: string | null
  /** JSON of names and sizes. */
  attachments: string | null
  createdAt: number
}

const ofRecipient = (to: string | undefined) =>
  to === undefined ? undefined : eq(mailbox.recipient, to.toLowerCase())

export function findMail(db: Db, to: string | undefined, options: ListOptions): Promise<KeptMailRow[]> {
  const { where, orderBy, limit } = keyset(options, { createdAt: mailbox.createdAt }, mailbox.id)
  return db
    .select({
      id: mailbox.id,
      to: mailbox.recipient,
      subject: mailbox.subject,
      text: mailbox.textBody,
      html: mailbox.htmlBody,
      attachments: mailbox.attachments,
      createdAt: mailbox.createdAt,
    })
    .from(mailbox)
    .where(and(ofRecipient(to), where))
    .orderBy(...orderBy)
    .limit(limit)
}

export async function countMail(db: Db, to: string | undefined): Promise<number> {
  const [row] = await db.select({ n: count() }).from(mailbox).where(ofRecipient(to))
  return row?.n ?? 0
}

export const pingDatabase = (d1: D1Database): Promise<unknown> => d1.prepare('SELECT 1').first()
