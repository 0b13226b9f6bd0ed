const LITERAL = /^[A-Za-z0-9_.~-]+$/
const PARAMETER = /^:[A-Za-z_][A-Za-z0-9_]*$/

/** What follows the token in a webhook's URL, as parts; a part `:name` takes whatever stands there. */
export const hookPathParts = (path: string): string[] => path.split('/').filter((part) => part !== '')

export function hookPathFault(path: string): string | null {
  const names = new Set<string>()
  for (const part of hookPathParts(path)) {
    if (PARAMETER.test(part)) {
      if (names.has(part)) return `${part} appears twice`
      names.add(part)
    } else if (!LITERAL.test(part) || part === '.' || part === '..')
      return 'parts are letters, digits, "_", ".", "~", "-", or a parameter such as :id'
  }
  return null
}

/** The parameters of a path that fits, or null. */
export function matchHookPath(pattern: string, path: string): Record<string, string> | null {
  const wanted = hookPathParts(pattern)
  const given = hookPathParts(path)
  if (wanted.length !== given.length) return null
  const params: Record<string, string> = {}
  for (const [index, part] of wanted.entries()) {
    const value = given[index] ?? ''
    if (part.startsWith(':')) params[part.slice(1)] = value
    else if (part !== value) return null
  }
  return params
}
