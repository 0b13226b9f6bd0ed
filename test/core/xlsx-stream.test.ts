// A workbook that is written in pieces, read by a third-party library. Two more check it in test/clients.
import { readSheet } from 'read-excel-file/universal'
import { expect, test } from 'vitest'
import { unpackXlsx } from '../../src/core/formats/unpack-xlsx.ts'
import { columnName, type XlsxCell, xlsxStream } from '../../src/core/formats/xlsx-stream.ts'

const written = async (pages: XlsxCell[][][], columns = ['a', 'b']): Promise<ArrayBuffer> => {
  async function* rows() {
    yield* pages
  }
  const sheet = { name: 'A & "B"', columns: columns.map((name) => ({ name, width: 20 })), rows }
  return new Response(xlsxStream([sheet, { ...sheet, name: 'C' }])).arrayBuffer()
}

test('texts, numbers and dates are read back unchanged, with any characters', async () => {
  const at = new Date('2030-01-02T03:04:05Z')
  const texts = ['=1+1', '<a>&amp;"', ' spaces ', 'two\nlines', 'Ünï 😀', "'=1"]
  const rows = texts.map((text, n): XlsxCell[] => [text, n % 2 === 0 ? n - 2.5 : null])
  const found = await readSheet(await written([rows, [[at as never, 7]]]))
  expect(found.slice(1, -1).map(([text]) => text)).toEqual(
    // The reader trims white space around a text.
    texts.map((text) => text.trim()),
  )
  expect(found.slice(1, -1).map(([, number]) => number)).toEqual([-2.5, null, -0.5, null, 1.5, null])
  expect(found.at(-1)).toEqual([at, 7])
})

test('characters that cells or XML cannot contain are removed', async () => {
  const [, [long, odd]] = (await readSheet(await written([[['x'.repeat(40_000), 'a\u0000\ud800b']]]))) as [
    unknown,
    [string, string],
  ]
  expect([long.length, long.endsWith('… (cut)')]).toEqual([32_767, true])
  expect(odd).toBe('a\ufffdb')
})

test('100,000 rows are a valid file, and the stream reads the next page only on demand', {
  timeout: 60_000,
}, async () => {
  let pages = 0
  async function* rows() {
    for (; pages < 100; pages++) yield Array.from({ length: 1_000 }, (_, n): XlsxCell[] => [`row ${n}`, n])
  }
  const columns = ['a', 'b'].map((name) => ({ name, width: 10 }))
  const reader = xlsxStream([{ name: 'A', columns, rows }]).getReader()
  for (let n = 0; n < 20; n++) await reader.read()
  expect(pages).toBeLessThan(50)
  const chunks: Uint8Array[] = []
  pages = 0
  for await (const chunk of xlsxStream([
    { name: 'A', columns, rows },
  ]) as unknown as AsyncIterable<Uint8Array>)
    chunks.push(chunk)
  const bytes = new Uint8Array(await new Blob(chunks as never).arrayBuffer())
  expect((await unpackXlsx(bytes, { maxBytes: 50_000_000, maxRows: 100_001 })).fault).toBeNull()
  expect((await unpackXlsx(bytes, { maxBytes: 50_000_000, maxRows: 100_000 })).fault).toContain('Row 100001')
})

test('columns have the names of spreadsheets', () => {
  expect([0, 25, 26, 51, 52, 701, 702].map(columnName)).toEqual(['A', 'Z', 'AA', 'AZ', 'BA', 'ZZ', 'AAA'])
})
