const OFFSET = 0x811c9dc5
const PRIME = 0x01000193

/** FNV-1a: 32 bits that spread texts evenly. Not for secrets. A `seed` gives another hash for the same text. */
export function fnv1a(text: string, seed = 0): number {
  let hash = OFFSET ^ seed
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), PRIME)
  return hash >>> 0
}
