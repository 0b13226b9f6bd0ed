/** The condition on a JSON column of labels. `bind` adds a parameter and returns its placeholder. */
export function labelCondition(column: string, filter: string, bind: (value: string) => string): string {
  const at = filter.indexOf('=')
  const key = at === -1 ? filter : filter.slice(0, at)
  const value = at === -1 ? '' : ` AND l.value = ${bind(filter.slice(at + 1))}`
  return `EXISTS (SELECT 1 FROM json_each(${column}) l WHERE l.key = ${bind(key)}${value})`
}
