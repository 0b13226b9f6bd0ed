/** Whether a parameter contains no expressions. */
export function isFixed(value: unknown): boolean {
  if (typeof value === 'string') return !value.includes('{{')
  if (typeof value !== 'object' || value === null) return true
  return Object.values(value).every(isFixed)
}
