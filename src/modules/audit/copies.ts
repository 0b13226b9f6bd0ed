// Copies of the seals in R2. Invariants:
// 1. A copy is created if absent and never changed, so someone who rewrites the log in D1 cannot make the copies match.
// 2. The copy is created before the seal is written to D1, so a sealed log without its copy is a fault. A copy ahead of the log
//    is not a fault: it covers rows that are committed and will be sealed later.
// 3. Numbers in keys are padded, so R2 lists copies in the order of the chain. The seal is also in the object's metadata, so one
//    listing is enough to compare a thousand copies.
import type { ChainLink } from './chain.ts'

const ROOT = 'audit-seals/'
const folder = (teamId: string): string => `${ROOT}${teamId}/`
const keyOf = (teamId: string, seq: number): string =>
  `${folder(teamId)}${String(seq).padStart(16, '0')}.json`

/** Returns whether the stored copy matches the link. */
export async function putCopy(
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

/** Reads a team's copies in order, page by page. */
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

/** The next teams in order that have copies, even if their log is gone. */
export async function nextTeamsWithCopies(bucket: R2Bucket, after: string, limit: number): Promise<string[]> {
  const listed = await bucket.list({
    prefix: ROOT,
    delimiter: '/',
    limit,
    // `0` is the character after `/`, so everything of the team `after` sorts before it.
    ...(after === '' ? {} : { startAfter: `${ROOT}${after}0` }),
  })
  return listed.delimitedPrefixes.map((prefix) => prefix.slice(ROOT.length, -1))
}
