// The beginning of a table in CSV or TSV (RFC 4180), also with semicolons between its columns.

export type Table = { head: string[]; rows: string[][]; hasMore: boolean }

const SEPARATORS = [',', ';', '\t'] as const

/** The separator that occurs most often in the first line, outside of quotes. */
export function separatorOf(text: string): string {
  const [line = ''] = text.replace(/"(?:[^"]|"")*"/g, '').split(/\r?\n/, 1)
  const counts = SEPARATORS.map((one) => line.split(one).length)
  return SEPARATORS[counts.indexOf(Math.max(...counts))] ?? ','
}

/** At most `mostRows` rows. The last row is left out if the text was cut there. */
export function readTable(text: string, { mostRows, isCut }: { mostRows: number; isCut: boolean }): Table {
  const separator = separatorOf(text)
  const rows: string[][] = []
  let row: string[] = []
  let cell = ''
  let isQuoted = false
  const endRow = () => {
    if (row.length > 0 || cell !== '') rows.push([...row, cell])
    row = []
    cell = ''
  }
  let at = text.startsWith('\uFEFF') ? 1 : 0
  for (; at < text.length && rows.length <= mostRows + 1; at++) {
    const one = text[at] as string
    if (isQuoted) {
      if (one !== '"') cell += one
      else if (text[at + 1] === '"') {
        cell += one
        at += 1
      } else isQuoted = false
    } else if (one === '"' && cell === '') isQuoted = true
    else if (one === separator) {
      row.push(cell)
      cell = ''
    } else if (one === '\n') endRow()
    else if (one !== '\r') cell += one
  }
  if (at >= text.length && !isCut) endRow()
  const [head = [], ...others] = rows
  return { head, rows: others.slice(0, mostRows), hasMore: isCut || others.length > mostRows }
}
