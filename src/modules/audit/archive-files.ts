// Parts of the log in R2, one entry per line. Invariant: a part is created if absent and never changed. It contains the rows as they
// were sealed, so the chain of seals continues through it.
import type { ChainRow } from './chain.ts'

const keyOf = (teamId: string, throughSeq: number): string =>
  `audit-archive/${teamId}/${String(throughSeq).padStart(16, '0')}.jsonl`

const linesOf = (rows: readonly ChainRow[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('')

export async function putPart(
  bucket: R2Bucket,
  teamId: string,
  rows: readonly ChainRow[],
): Promise<string | null> {
  const last = rows.at(-1)
  if (last === undefined) return null
  const key = keyOf(teamId, last.seq)
  const text = linesOf(rows)
  const made = await bucket.put(key, text, {
    onlyIf: { etagDoesNotMatch: '*' },
    httpMetadata: { contentType: 'application/jsonl' },
  })
  if (made !== null) return key
  // An earlier attempt wrote it, or D1 was reset since. It must contain at least the same entries.
  const known = await readPart(bucket, key)
  return known !== null && linesOf(known).endsWith(text) ? key : null
}

export async function readPart(bucket: R2Bucket, key: string): Promise<ChainRow[] | null> {
  const object = await bucket.get(key)
  if (object === null) return null
  const lines = (await object.text()).split('\n').filter((line) => line !== '')
  return lines.map((line) => JSON.parse(line) as ChainRow)
}
