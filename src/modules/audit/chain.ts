// The chain of seals. Invariants:
// 1. An entry's seal is SHA-256 over the team's seal before it and the canonical JSON of the row as it is stored, without
//    the seal. The first entry of a team follows the empty seal.
// 2. The fields below are part of every seal ever made. A column that is added later must not join them.
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
  /** The text that is stored: what a reader would make of it is not what was sealed. */
  before: string | null
  after: string | null
  address: string | null
  userAgent: string | null
  requestId: string
  createdAt: number
  seal: string | null
}

/** A place in a team's chain: the last entry, how many there are up to it, and its seal. */
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
