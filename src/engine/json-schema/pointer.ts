// References by path inside a schema.
import { isObject, own } from './types.ts'

/** The part that a reference such as `#/$defs/address` points to. Undefined if there is none. */
export function valueAt(root: unknown, ref: string): unknown {
  const parts = partsOf(ref)
  if (parts === null) return undefined
  let at = root
  for (const part of parts) {
    if (Array.isArray(at)) at = /^(0|[1-9]\d*)$/.test(part) ? at[Number(part)] : undefined
    else at = isObject(at) ? own(at, part) : undefined
  }
  return at
}

function partsOf(ref: string): string[] | null {
  if (ref === '#') return []
  if (!ref.startsWith('#/')) return null
  try {
    return decodeURIComponent(ref.slice(2))
      .split('/')
      .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
  } catch {
    return null
  }
}
