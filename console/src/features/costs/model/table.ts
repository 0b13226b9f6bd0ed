// The first rows of a file that is about to be imported: CSV or JSON lines. The server reads the file itself; this is for looking at it.

export type Table = { columns: string[]; rows: string[][]; separator: Separator | null }
export type Separator = ',' | ';' | '\t' | '|'

const SEPARATORS: readonly Separator[] = [',', ';', '\t', '|']
export const SHOWN_ROWS = 20

/** The most frequent one of the header, like on the server. */
function separatorOf(header: string): Separator {
  const plain = header.replace(/"[^"]*"/g, '')
  const counts = SEPARATORS.map((one) => plain.split(one).length)
  return SEPARATORS[counts.indexOf(Math.max(...counts))] ?? ','
}

/** Fields can be quoted and contain separators, line breaks and doubled quotes. An incomplete last row is left out. */
function readCsv(text: string, separator: Separator, most: number, isWhole: boolean): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  let field = ''
  let isQuoted = false
  const endRow = () => {
    rows.push([...row, field])
    row = []
    field = ''
  }
  for (let at = 0; at < text.length && rows.length < most; at++) {
    const char = text[at]
    if (isQuoted) {
      if (char !== '"') field += char
      else if (text[at + 1] === '"') field += text[++at]
      else isQuoted = false
    } else if (char === '"' && field === '') isQuoted = true
    else if (char === separator) {
      row.push(field)
      field = ''
    } else if (char === '\n') endRow()
    else if (char !== '\r') field += char
  }
  if (isWhole && rows.length < most && (field !== '' || row.length > 0)) endRow()
  return rows.filter((one) => one.length > 1 || one[0] !== '')
}

function readJsonLines(text: string, isWhole: boolean): Table | null {
  const lines = text.split('\n')
  const whole = isWhole ? lines : lines.slice(0, -1)
  const records = whole
    .filter((line) => line.trim() !== '')
    .slice(0, SHOWN_ROWS)
    .map((line) => {
      try {
        return JSON.parse(line) as Record<string, unknown>
      } catch {
        return {}
      }
    })
  const columns = [...new Set(records.flatMap((record) => Object.keys(record)))]
  if (columns.length === 0) return null
  const cell = (value: unknown): string =>
    value === undefined || value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value)
  return {
    columns,
    rows: records.map((record) => columns.map((column) => cell(record[column]))),
    separator: null,
  }
}

/** `isWhole`: the text is not only the beginning. Null if nothing can be shown. */
export function tableOf(text: string, isWhole: boolean, wanted?: Separator): Table | null {
  const start = text.replace(/^\uFEFF/, '')
  if (start.trimStart().startsWith('{')) return readJsonLines(start, isWhole)
  const [header = ''] = start.split('\n', 1)
  const separator = wanted ?? separatorOf(header)
  const [columns, ...rows] = readCsv(start, separator, SHOWN_ROWS + 1, isWhole)
  return columns === undefined ? null : { columns: columns.map((one) => one.trim()), rows, separator }
}
