// Headers and redirects of a site as text, one per line, like the files `_headers` and `_redirects` that people know.

export type Redirect = { from: string; to: string; status?: number }
export type HeaderRule = { path: string; values: Record<string, string> }

export type Read<T> = { rules: T[]; fault: string | null }

const linesOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))

/** `/old /new 301`. */
export function readRedirects(text: string): Read<Redirect> {
  const rules: Redirect[] = []
  for (const line of linesOf(text)) {
    const [from = '', to, status, ...more] = line.split(/\s+/)
    if (to === undefined || more.length > 0 || (status !== undefined && !/^30[1278]$/.test(status)))
      return { rules, fault: `"${line}": write a path, where it leads, and perhaps 301, 302, 307 or 308.` }
    rules.push({ from, to, ...(status !== undefined && { status: Number(status) }) })
  }
  return { rules, fault: null }
}

export const redirectText = (rules: readonly Redirect[]): string =>
  rules
    .map(({ from, to, status }) => [from, to, status].filter((one) => one !== undefined).join(' '))
    .join('\n')

/** `/assets/* Cache-Control: max-age=60`. Lines with the same path belong together. */
export function readHeaders(text: string): Read<HeaderRule> {
  const rules: HeaderRule[] = []
  for (const line of linesOf(text)) {
    const [, path, name, value] = /^(\S+)\s+([A-Za-z0-9-]+)\s*:\s*(.*)$/.exec(line) ?? []
    if (path === undefined || name === undefined || value === undefined)
      return { rules, fault: `"${line}": write a path, the name of a header, a colon and its value.` }
    const known = rules.find((rule) => rule.path === path)
    if (known) known.values[name] = value
    else rules.push({ path, values: { [name]: value } })
  }
  return { rules, fault: null }
}

export const headerText = (rules: readonly HeaderRule[]): string =>
  rules
    .flatMap(({ path, values }) => Object.entries(values).map(([name, value]) => `${path} ${name}: ${value}`))
    .join('\n')
