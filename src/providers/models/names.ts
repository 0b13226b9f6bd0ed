// The names of tools in requests. Every provider accepts letters, digits, `_` and `-`, up to 64 of them, beginning
// with a letter or `_`. Our names have dots and may be longer. The result only depends on the set of names, so a
// repeated call has the same bytes.
import { fnv1a } from '../../core/fnv.ts'

const FITS = /^[A-Za-z_][A-Za-z0-9_-]{0,63}$/
const MAX_LENGTH = 64

export type WireNames = { wire: (name: string) => string; ours: (wire: string) => string }

export function wireNames(names: Iterable<string>): WireNames {
  const distinct = [...new Set(names)].sort()
  const taken = new Map(distinct.filter((name) => FITS.test(name)).map((name) => [name, name]))
  const byName = new Map<string, string>()
  for (const name of distinct) {
    if (FITS.test(name)) continue
    const plain = plainName(name)
    const wire = name.length <= MAX_LENGTH && !taken.has(plain) ? plain : marked(plain, name)
    taken.set(wire, name)
    byName.set(name, wire)
  }
  return {
    wire: (name) => byName.get(name) ?? (FITS.test(name) ? name : plainName(name)),
    ours: (wire) => taken.get(wire) ?? wire,
  }
}

function plainName(name: string): string {
  const plain = name.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, MAX_LENGTH)
  return /^[A-Za-z_]/.test(plain) ? plain : `_${plain}`.slice(0, MAX_LENGTH)
}

const marked = (plain: string, name: string): string => {
  const mark = fnv1a(name).toString(36)
  return `${plain.slice(0, MAX_LENGTH - mark.length - 1)}_${mark}`
}
