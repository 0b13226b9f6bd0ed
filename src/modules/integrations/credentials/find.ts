import { typeOf, usesOf } from '../types/index.ts'
import { findNamedCredentials } from './repo.ts'

/** An integration without its secrets, as other modules refer to it. */
export type KnownCredential = {
  id: string
  name: string
  type: string
  usableFor: ('requests' | 'webhooks')[]
}

/** Those of these ids and names that exist in the team, by the given text. */
export async function findCredentials(
  d1: D1Database,
  teamId: string,
  refs: string[],
): Promise<Map<string, KnownCredential>> {
  const rows = await findNamedCredentials(d1, teamId, [...new Set(refs)])
  const found = new Map<string, KnownCredential>()
  for (const row of rows) {
    const type = typeOf(row.type)
    const { id, name } = row
    const fields = JSON.parse(row.fields) as string[]
    const uses = type === undefined ? [] : usesOf(type)
    const hasSecret = type?.webhookSecret !== undefined && fields.includes(type.webhookSecret)
    const known = {
      id,
      name,
      type: row.type,
      usableFor: uses.filter((use) => use !== 'webhooks' || hasSecret),
    }
    for (const ref of [row.id, row.name]) if (refs.includes(ref)) found.set(ref, known)
  }
  return found
}
