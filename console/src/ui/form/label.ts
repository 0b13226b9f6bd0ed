// The label of a setting that only has a name for programs.

const UPPER: Record<string, string> = {
  url: 'URL',
  api: 'API',
  id: 'id',
  oauth: 'OAuth',
  spa: 'SPA',
  ip: 'IP',
}

/** `allowedHosts` is "Allowed hosts", `apiUrl` is "API URL". */
export function labelOf(name: string): string {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/[_-]+/g, ' ')
    .trim()
    .toLowerCase()
    .split(/\s+/)
  const text = words.map((word) => UPPER[word] ?? word).join(' ')
  return text.slice(0, 1).toUpperCase() + text.slice(1)
}
