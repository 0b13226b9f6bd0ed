// The chain of seals. Invariants:
// 1. An entry's seal is the SHA-256 of the team's previous seal and the canonical JSON of the stored row without its seal. The
//    first entry of a team follows the empty seal.
// 2. The fields below are part of every existing seal. Never add a new column to them.
import { sha256Hex } from '../../core/crypto.ts'
import { canonicalJson } from '../../core/json.ts'

export type ChainRow = {
  seq: number
  id: string
  teamId: string
  actorId: string | null
  actorKind: string
  actorKeyId: string | null
  action: string
  targetType: string
  targetId: string
  /** The stored text. It is sealed unparsed. */
  before: string | null
  after: string | null
  address: string | null
  userAgent: string | null
  requestId: string
  createdAt: number
  seal: string | null
}

/** A position in a team's chain: an entry, the number of entries up to it, and its seal. */
export type ChainLink = { seq: number; entries: number; seal: string }

export const CHAIN_START: ChainLink = { seq: 0, entries: 0, seal: '' }

export async function nextLink(at: ChainLink, row: ChainRow): Promise<ChainLink> {
  const { seal: _, ...sealed } = row
  return {
    seq: row.seq,
    entries: at.entries + 1,
    seal: await sha256Hex(at.seal + canonicalJson(sealed)),
  }
}
