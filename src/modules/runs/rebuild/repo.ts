const PAGE_IDS = 1_000

/** The runs that began at or after `from` and before `to`, in pages. */
export async function* findStartedRunIds(d1: D1Database, from: number, to: number): AsyncGenerator<string[]> {
  let after = { createdAt: 0, id: '' }
  for (;;) {
    const { results } = await d1
      .prepare(
        `SELECT id, created_at AS createdAt FROM runs WHERE created_at >= ?1 AND created_at < ?2 AND (created_at, id) > (?3, ?4)
         AND deleted_at IS NULL ORDER BY created_at, id LIMIT ?5`,
      )
      .bind(from, to, after.createdAt, after.id, PAGE_IDS)
      .all<{ id: string; createdAt: number }>()
    if (results.length === 0) return
    yield results.map(({ id }) => id)
    after = results.at(-1) ?? after
    if (results.length < PAGE_IDS) return
  }
}

export async function findNextTeam(d1: D1Database, after: string): Promise<string | null> {
  const row = await d1
    .prepare('SELECT id FROM teams WHERE id > ? ORDER BY id LIMIT 1')
    .bind(after)
    .first<{ id: string }>()
  return row?.id ?? null
}
