// The key of an export in a bucket. Pure.
import type { Period } from '../../summaries/period.ts'
import type { Every } from './times.ts'

export const PLACEHOLDERS = ['file', 'name', 'from', 'to', 'year', 'month', 'day', 'every', 'format'] as const

/** Placeholders, and the characters of folder names. `=` is for tools that read `year=2026/month=01/`. */
const PATH = /^(?:[A-Za-z0-9 _.=-]|\{[a-z]+\})+(?:\/(?:[A-Za-z0-9 _.=-]|\{[a-z]+\})+)*\/?$/

export const DEFAULT_PATH = '{file}'

/** The error in a template. Null if it is valid. */
export function pathFault(path: string): string | null {
  const unknown = [...path.matchAll(/\{([a-z]*)\}/g)].find(
    ([, name]) => !(PLACEHOLDERS as readonly string[]).includes(name ?? ''),
  )
  if (unknown !== undefined)
    return `${unknown[0]} is not a placeholder; available are ${PLACEHOLDERS.map((name) => `{${name}}`).join(', ')}`
  if (!PATH.test(path)) return 'names of letters, digits, spaces, "_", ".", "=" and "-" with "/" between them'
  return path.split('/').some((name) => /^\.+$/.test(name)) ? 'no names of dots only' : null
}

export type Exported = Period & { every: Every; format: string; file: string }

/** A template that ends in `/` is a folder. `year`, `month` and `day` are those of the first day. */
export function objectKey(path: string, { every, format, file, from, to }: Exported): string {
  const [year = '', month = '', day = ''] = from.split('-')
  const name = file.slice(file.lastIndexOf('/') + 1)
  const values: Record<string, string> = { file, name, from, to, year, month, day, every, format }
  const template = path.endsWith('/') ? `${path}{name}` : path
  return template.replace(/\{([a-z]+)\}/g, (_, one: string) => values[one] ?? '')
}
