const OFFSET = 0x811c9dc5
const PRIME = 0x01000193

/** FNV-1a: a 32-bit hash that distributes texts evenly. Not for secrets. A different `seed` gives a different hash for the same text. */
export function fnv1a(text: string, seed = 0): number {
  let hash = OFFSET ^ seed
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), PRIME)
  return hash >>> 0
}
