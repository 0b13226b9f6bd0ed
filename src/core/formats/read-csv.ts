// An incremental CSV reader (RFC 4180). Quoted cells may contain separators and line ends; `""` in quotes is a quote. Text after a
// closing quote is accepted, because some programs write it.

export type CsvRecord = { line: number; cells: string[] }

/** A longer row is not a table. */
const MAX_CELL = 1_000_000
const MAX_CELLS = 10_000

/** A syntax error with its line. */
export class CsvFault extends Error {}

export function csvReader(separator: string) {
  let cells: string[] = []
  let cell = ''
  let inQuotes = false
  /** A quote inside quotes may be the closing one or the first of a doubled one. The next character decides. */
  let sawQuote = false
  let wasQuoted = false
  let sawReturn = false
  let line = 1
  let startLine = 1
  let quoteLine = 1
  let records: CsvRecord[] = []

  const endCell = () => {
    if (cells.length === MAX_CELLS) throw new CsvFault(`Line ${startLine} has more than ${MAX_CELLS} cells.`)
    cells.push(cell)
    cell = ''
    wasQuoted = false
  }
  const endRecord = () => {
    endCell()
    const isBlank = cells.length === 1 && cells[0] === ''
    if (!isBlank) records.push({ line: startLine, cells })
    cells = []
    startLine = line
  }

  const take = (c: string) => {
    if (sawQuote) {
      sawQuote = false
      if (c === '"') {
        cell += '"'
        return
      }
      inQuotes = false
    }
    if (inQuotes) {
      if (c === '"') sawQuote = true
      else cell += c
      if (c === '\n') line++
      return
    }
    if (sawReturn) {
      sawReturn = false
      if (c === '\n') return
    }
    if (c === '"' && cell === '' && !wasQuoted) {
      inQuotes = true
      wasQuoted = true
      quoteLine = line
    } else if (c === separator) endCell()
    else if (c === '\n' || c === '\r') {
      sawReturn = c === '\r'
      line++
      endRecord()
    } else cell += c
  }

  const takeRecords = (): CsvRecord[] => {
    const found = records
    records = []
    return found
  }

  return {
    push(text: string): CsvRecord[] {
      for (const c of text) take(c)
      if (cell.length > MAX_CELL) throw new CsvFault(`Line ${startLine} has a cell that does not end.`)
      return takeRecords()
    },
    end(): CsvRecord[] {
      if (inQuotes && !sawQuote) throw new CsvFault(`Line ${quoteLine} has a quote that is not closed.`)
      inQuotes = false
      sawQuote = false
      if (cell !== '' || cells.length > 0 || wasQuoted) endRecord()
      return takeRecords()
    },
  }
}

const SEPARATORS = [',', ';', '\t', '|']

/** The separator that appears most often in the header, outside quotes. */
export function guessSeparator(head: string): string {
  const bare = head.replace(/"[^"]*"/g, '').split(/\r?\n/)[0] ?? ''
  const counts = SEPARATORS.map((separator) => bare.split(separator).length)
  return SEPARATORS[counts.indexOf(Math.max(...counts))] ?? ','
}
