/** Shows two long texts at their first difference. */
export function expectSame(got: string, wanted: string, what: string): void {
  if (got === wanted) return
  let at = 0
  while (got[at] === wanted[at]) at++
  const around = (text: string) => text.slice(Math.max(0, at - 150), at + 80)
  throw new Error(`${what} differs:\n${around(got)}\n${around(wanted)}`)
}
