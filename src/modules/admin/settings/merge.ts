// Changes of the settings. A given value is set, null restores the default, and only values that differ from it are stored.
import type { PlatformSettings } from '../../../core/platform-settings.ts'
import type { UpdateAdminSettings } from './schema.ts'

type Tree = { [name: string]: unknown }

const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null

export const mergeSettings = (before: PlatformSettings, update: UpdateAdminSettings): PlatformSettings =>
  merge(before as Tree, update as Tree) as PlatformSettings

function merge(before: Tree, update: Tree): Tree {
  const after: Tree = { ...before }
  for (const [name, value] of Object.entries(update)) {
    const known = before[name]
    if (isTree(value)) {
      const inner = merge(isTree(known) ? known : {}, value)
      if (Object.keys(inner).length > 0) after[name] = inner
      else delete after[name]
    } else if (value === null) delete after[name]
    else if (value !== undefined) after[name] = value
  }
  return after
}

/** The values that differ, by path: `limits.free.mailsPerDay`. */
export function changedValues(
  before: PlatformSettings,
  after: PlatformSettings,
): { before: Record<string, unknown>; after: Record<string, unknown> } {
  const [old, fresh] = [flat(before as Tree), flat(after as Tree)]
  const paths = [...new Set([...old.keys(), ...fresh.keys()])].filter(
    (path) => old.get(path) !== fresh.get(path),
  )
  const pick = (values: Map<string, unknown>) =>
    Object.fromEntries(paths.map((path) => [path, values.get(path) ?? null]))
  return { before: pick(old), after: pick(fresh) }
}

function flat(tree: Tree, prefix = ''): Map<string, unknown> {
  return new Map(
    Object.entries(tree).flatMap(([name, value]): [string, unknown][] =>
      isTree(value) ? [...flat(value, `${prefix}${name}.`)] : [[prefix + name, value]],
    ),
  )
}
