const LITERAL = /^[A-Za-z0-9_.~-]+$/
const PARAMETER = /^:[A-Za-z_][A-Za-z0-9_]*$/

/** The path after the token in a webhook's URL, as segments. A segment `:name` matches any value. */
export const hookPathParts = (path: string): string[] => path.split('/').filter((part) => part !== '')

export function hookPathFault(path: string): string | null {
  const names = new Set<string>()
  for (const part of hookPathParts(path)) {
    if (PARAMETER.test(part)) {
      if (names.has(part)) return `${part} appears twice`
      names.add(part)
    } else if (!LITERAL.test(part) || part === '.' || part === '..')
      return 'Each segment must consist of letters, digits, "_", ".", "~" and "-", or be a parameter such as :id'
  }
  return null
}

/** The parameters if the path matches, or null. */
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
