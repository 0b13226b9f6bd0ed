// Copies of the seals outside the database. Invariants:
// 1. A copy is made if absent and never changed, so who rewrites the log in D1 cannot make the copies agree.
// 2. It is made before the seal is written to D1: a sealed log without its copy is a fault. A copy ahead of the log is
//    none, because it speaks of rows that were committed, whoever seals them in the end.
// 3. Numbers in keys are padded, so that the store lists copies in the order of the chain. The seal stands in the
//    object's metadata too, so that a listing is enough to compare a thousand.
import type { ChainLink } from './chain.ts'

const ROOT = 'audit-seals/'
const folder = (teamId: string): string => `${ROOT}${teamId}/`
const keyOf = (teamId: string, seq: number): string =>
  `${folder(teamId)}${String(seq).padStart(16, '0')}.json`

/** Answers whether the copy that is there now agrees. */
export async function keepCopy(
  bucket: R2Bucket,
  teamId: string,
  link: ChainLink,
  now: number,
): Promise<boolean> {
  const key = keyOf(teamId, link.seq)
  const made = await bucket.put(key, JSON.stringify({ teamId, ...link, madeAt: now }), {
    onlyIf: { etagDoesNotMatch: '*' },
    httpMetadata: { contentType: 'application/json' },
    customMetadata: { seal: link.seal, entries: String(link.entries) },
  })
  if (made !== null) return true
  return (await bucket.head(key))?.customMetadata?.seal === link.seal
}

/** A team's copies in order, read a page at a time. */
export function walkCopies(bucket: R2Bucket, teamId: string, afterSeq: number) {
  let page: ChainLink[] = []
  let after: string | null = keyOf(teamId, afterSeq)
  const fill = async (): Promise<void> => {
    while (page.length === 0 && after !== null) {
      const listed: R2Objects = await bucket.list({
        prefix: folder(teamId),
        startAfter: after,
        include: ['customMetadata'],
      })
      page = listed.objects.map(linkOf)
      after = listed.truncated ? (listed.objects.at(-1)?.key ?? null) : null
    }
  }
  return {
    peek: async (): Promise<ChainLink | null> => {
      await fill()
      return page[0] ?? null
    },
    skip: (): void => {
      page.shift()
    },
  }
}

const linkOf = (object: R2Object): ChainLink => ({
  seq: Number(object.key.slice(object.key.lastIndexOf('/') + 1, -'.json'.length)),
  entries: Number(object.customMetadata?.entries),
  seal: object.customMetadata?.seal ?? '',
})

/** The next teams, in order, that have copies: also one whose log is gone altogether. */
export async function nextTeamsWithCopies(bucket: R2Bucket, after: string, limit: number): Promise<string[]> {
  const listed = await bucket.list({
    prefix: ROOT,
    delimiter: '/',
    limit,
    // `0` is the character behind `/`: everything of `after` sorts before it.
    ...(after === '' ? {} : { startAfter: `${ROOT}${after}0` }),
  })
  return listed.delimitedPrefixes.map((prefix) => prefix.slice(ROOT.length, -1))
}
