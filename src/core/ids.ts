// Ids are `<prefix>_<26 characters>`: 48 bits of milliseconds, then 80 random bits, in Crockford's base 32 written
// small. Sorting ids sorts by time of making; nothing may rely on order within one millisecond.

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'

export const ID_PREFIXES = [
  'usr',
  'team',
  'ses',
  'key',
  'inv',
  'aud',
  'agt',
  'thr',
  'tsk',
  'wf',
  'run',
  'file',
  'upl',
  'lnk',
  'dep',
  'int',
  'ntf',
  'whk',
  'dlv',
  'job',
  'cst',
  'use',
  'prc',
  'imp',
  'msg',
  'mail',
  'req',
  'tpl',
  'cmt',
  'apr',
  'trg',
  'evt',
  'flw',
  'ann',
  'ref',
  'tst',
] as const

export type IdPrefix = (typeof ID_PREFIXES)[number]

export function newId(prefix: IdPrefix, nowMs: number): string {
  let random = ''
  for (const byte of crypto.getRandomValues(new Uint8Array(16))) random += ALPHABET.charAt(byte & 31)
  return `${prefix}_${timePart(nowMs)}${random}`
}

/** The id of what belongs to another thing and came about with it, once: it is found again without being kept. */
export const idBeside = (prefix: IdPrefix, otherId: string, nowMs: number): string =>
  `${prefix}_${timePart(nowMs)}${otherId.slice(-16)}`

function timePart(ms: number): string {
  let time = ''
  let rest = ms
  for (let i = 0; i < 10; i++) {
    time = ALPHABET.charAt(rest % 32) + time
    rest = Math.floor(rest / 32)
  }
  return time
}

/** The pattern of a path parameter, so that `/teams/:id` and `/teams/invitations` never match one path. */
export const idPattern = (prefix: IdPrefix): string => `${prefix}_[0-9a-hjkmnp-tv-z]+`

export const isId = (prefix: IdPrefix, text: string): boolean =>
  text.length === prefix.length + 27 && new RegExp(`^${idPattern(prefix)}$`).test(text)

/** The id that follows from a text: the same text gives the same id, so a second try finds the first. */
export async function derivedId(prefix: IdPrefix, text: string): Promise<string> {
  const digest = new Uint8Array(
    await crypto.subtle.digest('SHA-256', new TextEncoder().encode(`${prefix} ${text}`)),
  )
  let id = ''
  for (let i = 0; i < 26; i++) id += ALPHABET.charAt((digest[i] ?? 0) & 31)
  return `${prefix}_${id}`
}

/** The id of one of at most 1,024 things that are made together: they sort as they were given. `id` is of the whole. */
export const idAmongMany = (id: string, at: number): string =>
  `${id.slice(0, -2)}${ALPHABET.charAt(at >> 5)}${ALPHABET.charAt(at & 31)}`

/** An approval's id holds that of its run, so that the run can be asked before the index has heard of the approval. */
export function newApprovalId(runId: string): string {
  let random = ''
  for (const byte of crypto.getRandomValues(new Uint8Array(8))) random += ALPHABET.charAt(byte & 31)
  return `apr_${runId.slice('run_'.length)}${random}`
}

export const runIdOfApproval = (approvalId: string): string => `run_${approvalId.slice('apr_'.length, -8)}`
