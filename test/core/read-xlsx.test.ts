import { expect, test } from 'vitest'
import { cellText, readXlsx } from '../../src/core/formats/read-xlsx.ts'
import { type XlsxCell, xlsxStream } from '../../src/core/formats/xlsx-stream.ts'

async function bookOf(rows: XlsxCell[][]): Promise<Uint8Array> {
  async function* pages() {
    yield rows
  }
  const stream = xlsxStream([{ name: 'Sheet', columns: [{ name: 'at', width: 20 }], rows: pages }])
  return new Uint8Array(await new Response(stream).arrayBuffer())
}

const read = async (rows: XlsxCell[][]) =>
  readXlsx(await bookOf(rows), { maxBytes: 1_000_000, maxRows: 1_000 })

test('cells are read as texts, a date without a time as a day', async () => {
  const days = [new Date('2026-01-31T00:00:00Z'), new Date('2026-01-31T12:30:00Z')]
  const book = await read([...days.map((day) => [day]), [0.1 + 0.2]])
  const texts = book.fault === null ? book.rows.map(([cell]) => cellText(cell)) : book.fault
  expect(texts).toEqual(['at', '2026-01-31', '2026-01-31T12:30:00.000Z', '0.3'])
})

test('a date that no calendar has is refused, with its row', async () => {
  const never = new (class extends Date {
    override getTime = () => 1e17
  })()
  expect(await read([[new Date(0)], [never]])).toEqual({
    fault: 'Row 3 of the XLSX file has an invalid date',
  })
})
