// Ids are `<prefix>_<26 characters>`: 48 bits of milliseconds and 80 random bits, in lower-case Crockford base 32. Sorting by id
// sorts by creation time, except within one millisecond.

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

/** The id of an object that is created exactly once with another one. It can be derived from the other id and is not stored. */
export const siblingId = (prefix: IdPrefix, otherId: string, nowMs: number): string =>
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

/** The pattern of a path parameter, so that `/teams/:id` and `/teams/invitations` never match the same path. */
export const idPattern = (prefix: IdPrefix): string => `${prefix}_[0-9a-hjkmnp-tv-z]+`

export const isId = (prefix: IdPrefix, text: string): boolean =>
  text.length === prefix.length + 27 && new RegExp(`^${idPattern(prefix)}$`).test(text)

/** An id derived from a text: the same text gives the same id, so a second attempt finds the first one's object. */
export async function derivedId(prefix: IdPrefix, text: string): Promise<string> {
  const digest = new Uint8Array(
    await crypto.subtle.digest('SHA-256', new TextEncoder().encode(`${prefix} ${text}`)),
  )
  let id = ''
  for (let i = 0; i < 26; i++) id += ALPHABET.charAt((digest[i] ?? 0) & 31)
  return `${prefix}_${id}`
}

/** The ids of up to 1,024 objects that are created together. They sort in the given order. `id` is the id of the whole. */
export const idAmongMany = (id: string, at: number): string =>
  `${id.slice(0, -2)}${ALPHABET.charAt(at >> 5)}${ALPHABET.charAt(at & 31)}`

/** An approval's id contains the id of its run, so the run can be asked before the index knows the approval. */
export function newApprovalId(runId: string): string {
  let random = ''
  for (const byte of crypto.getRandomValues(new Uint8Array(8))) random += ALPHABET.charAt(byte & 31)
  return `apr_${runId.slice('run_'.length)}${random}`
}

export const runIdOfApproval = (approvalId: string): string => `run_${approvalId.slice('apr_'.length, -8)}`
