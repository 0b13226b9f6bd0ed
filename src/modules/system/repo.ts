export async function countOutbox(d1: D1Database): Promise<Record<string, number>> {
  const { results } = await d1
    .prepare("SELECT status, count(*) AS n FROM outbox WHERE status IN ('pending', 'dead') GROUP BY status")
    .all<{ status: string; n: number }>()
  return Object.fromEntries(results.map(({ status, n }) => [status, n]))
}

export type KeptMailRow = {
  to: string
  subject: string
  text: string
  html: string | null
  createdAt: number
}

export async function findMail(d1: D1Database, recipient: string, limit: number): Promise<KeptMailRow[]> {
  const { results } = await d1
    .prepare(
      `SELECT recipient AS "to", subject, text_body AS text, html_body AS html, created_at AS createdAt FROM mailbox
       WHERE recipient = ? ORDER BY created_at DESC, id DESC LIMIT ?`,
    )
    .bind(recipient, limit)
    .all<KeptMailRow>()
  return results
}
