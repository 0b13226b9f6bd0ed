// Tables of users: each is read as intended, or refused with the place of the error.
import { deflateRawSync } from 'node:zlib'
import { expect, test } from 'vitest'
import writeXlsx from 'write-excel-file/universal'
import { utf8 } from '../../src/core/crypto.ts'
import { csvReader } from '../../src/core/formats/read-csv.ts'
import { unpackXlsx } from '../../src/core/formats/unpack-xlsx.ts'
import { type XlsxCell, xlsxStream } from '../../src/core/formats/xlsx-stream.ts'
import { readTable } from '../../src/nodes/documents/table.ts'
import { randomFrom } from '../contract/support/random.ts'
import { SEED } from '../helpers/random-cases.ts'

const rows = async (name: string, bytes: string | Uint8Array): Promise<string[]> =>
  (await readTable(name, typeof bytes === 'string' ? utf8(bytes) : bytes)).rows.map((row) => row.join('|'))
const refusal = (name: string, bytes: string | Uint8Array): Promise<string> =>
  rows(name, bytes).then(
    (found) => `read: ${found.length}`,
    (error: Error) => error.message,
  )

type Part = { name: string; text: string; method?: number; flags?: number; says?: number }

/** A zip file; `says` is a false size. */
function zip(parts: Part[]): Uint8Array {
  const chunks: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const { name, text, method = 8, flags = 0, says } of parts) {
    const plain = Buffer.from(text)
    const packed = method === 8 ? deflateRawSync(plain) : plain
    const head = Buffer.alloc(30)
    head.writeUInt32LE(0x04034b50, 0)
    head.writeUInt16LE(flags, 6)
    head.writeUInt16LE(method, 8)
    head.writeUInt32LE(packed.length, 18)
    head.writeUInt32LE(says ?? plain.length, 22)
    head.writeUInt16LE(name.length, 26)
    const entry = Buffer.alloc(46)
    entry.writeUInt32LE(0x02014b50, 0)
    entry.writeUInt16LE(flags, 8)
    entry.writeUInt16LE(method, 10)
    entry.writeUInt32LE(packed.length, 20)
    entry.writeUInt32LE(says ?? plain.length, 24)
    entry.writeUInt16LE(name.length, 28)
    entry.writeUInt32LE(offset, 42)
    chunks.push(head, Buffer.from(name), packed)
    directory.push(entry, Buffer.from(name))
    offset += 30 + name.length + packed.length
  }
  const size = directory.reduce((sum, part) => sum + part.length, 0)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(parts.length, 8)
  end.writeUInt16LE(parts.length, 10)
  end.writeUInt32LE(size, 12)
  end.writeUInt32LE(offset, 16)
  return new Uint8Array(Buffer.concat([...chunks, ...directory, end]))
}

const SHEET = 'xl/worksheets/sheet1.xml'
const BOUNDS = { maxBytes: 1_000_000, maxRows: 10 }

test('a zip bomb is refused by its unpacked size, whatever it claims', {
  timeout: 60_000,
}, async () => {
  const bomb = 'a'.repeat(5_000_000)
  for (const says of [undefined, 10])
    expect(
      (await unpackXlsx(zip([{ name: SHEET, text: bomb, ...(says === undefined ? {} : { says }) }]), BOUNDS))
        .fault,
    ).toBe('An unpacked XLSX file can have at most 1000000 bytes')
  const many = Array.from({ length: 40 }, (_, n) => ({
    name: `xl/media/${n}`,
    text: 'a'.repeat(50_000),
    says: 1,
  }))
  expect((await unpackXlsx(zip(many), BOUNDS)).fault).toContain('at most')
  expect(
    await refusal('a.xlsx', zip([{ name: SHEET, text: 'a'.repeat(101 * 1024 * 1024), says: 5 }])),
  ).toContain('can have at most')
})

test('a workbook with large sheets is read, though its library would need a Web Worker to unpack it', async () => {
  async function* rows() {
    yield Array.from({ length: 20_000 }, (_, n): XlsxCell[] => [`row ${n}`, n])
  }
  const columns = ['name', 'n'].map((name) => ({ name, width: 10 }))
  const bytes = new Uint8Array(await new Response(xlsxStream([{ name: 'A', columns, rows }])).arrayBuffer())
  const table = await readTable('a.xlsx', bytes)
  expect([table.names, table.rows.length, table.rows[19_999]]).toEqual([
    ['name', 'n'],
    20_000,
    ['row 19999', 19_999],
  ])
})

test('a sheet with 1,048,577 rows is refused with the row, before it is in memory', {
  timeout: 60_000,
}, async () => {
  const text = `<worksheet><sheetData>${'<row><c><v>1</v></c></row>'.repeat(1_048_577)}</sheetData></worksheet>`
  expect(await refusal('a.xlsx', zip([{ name: SHEET, text }]))).toBe(
    'Row 500002 of xl/worksheets/sheet1.xml is above the limit: a sheet can have at most 500001 rows',
  )
})

test('rows are counted correctly, also if pieces end within a word', async () => {
  const count = async (text: string) =>
    (await unpackXlsx(zip([{ name: SHEET, text }]), BOUNDS)).fault?.slice(0, 6) ?? null
  expect(await count('<row r="1">'.repeat(10))).toBeNull()
  expect(await count('<row r="1">'.repeat(11))).toBe('Row 11')
  expect(await count('<row/>'.repeat(11))).toBe('Row 11')
  expect(await count('<rowBreaks>'.repeat(50))).toBeNull()
  expect(await count(`<<row>${'x'.repeat(65_533)}`.repeat(11))).toBe('Row 11')
})

test('a workbook with a password, of another format or in pieces is refused', async () => {
  expect(await refusal('a.xlsx', new Uint8Array([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]))).toContain(
    'has a password',
  )
  expect(await refusal('a.xlsx', zip([{ name: SHEET, text: 'x', flags: 1 }]))).toBe(
    'The workbook has a password',
  )
  expect(await refusal('a.xlsx', zip([{ name: SHEET, text: 'x', method: 99 }]))).toContain('unsupported')
  const whole = zip([{ name: SHEET, text: '<row>'.repeat(100) }])
  expect(await refusal('a.xlsx', whole.subarray(0, whole.length - 30))).toContain('not an XLSX file')
  expect(await refusal('a.xlsx', zip([{ name: 'word/document.xml', text: '<x/>' }]))).toContain(
    'cannot be read',
  )
})

test('a damaged workbook is always refused, and never throws another error', {
  timeout: 60_000,
}, async () => {
  const whole = new Uint8Array(
    await (
      await writeXlsx([['a', 'b'].map((value) => ({ value })), [{ value: 1 }, { value: 2 }]]).toBlob()
    ).arrayBuffer(),
  )
  expect(await rows('a.xlsx', whole)).toEqual(['1|2'])
  for (let n = 0; n < 200; n++) {
    const random = randomFrom(SEED + n)
    const bytes = whole.slice()
    for (let times = 0; times < 3; times++) bytes[random.below(bytes.length)] = random.below(256)
    await readTable('a.xlsx', bytes).catch((error: Error) =>
      expect([n, error.constructor.name]).toEqual([n, 'NodeFailure']),
    )
  }
})

test('for a formula, the stored value counts, and it is never executed', async () => {
  const cells = [
    [{ value: 'total' }],
    [{ value: '=1+1', type: 'Formula' as const }],
    [{ value: '=1+1', type: String }],
  ]
  const bytes = new Uint8Array(await (await writeXlsx(cells as never).toBlob()).arrayBuffer())
  expect(await rows('a.xlsx', bytes)).not.toContain('2')
  expect((await rows('a.xlsx', bytes)).at(-1)).toBe('=1+1')
})

test('an unclosed quote is refused with its line', async () => {
  expect(await refusal('a.csv', 'a,b\n1,2\n3,"4\n5,6\n')).toBe('Line 3 has a quote that is not closed.')
  expect(await rows('a.csv', 'a,b\n1,"2 ""x"" y"\n')).toEqual(['1|2 "x" y'])
  const reader = csvReader(',')
  reader.push('a\n"x\ny"\n')
  expect(() => {
    reader.push('\n\n"')
    reader.end()
  }).toThrow('Line 6 ')
})

test('byte-order marks, Latin-1, UTF-16 and mixed line ends are read', async () => {
  expect(await rows('a.csv', '\ufeffname,n\r\nÄ,1\rB,2\nC,3')).toEqual(['Ä|1', 'B|2', 'C|3'])
  expect((await readTable('a.csv', utf8('\ufeffname\nx'))).names).toEqual(['name'])
  const latin1 = Uint8Array.from('name\nKäse – 5 €'.replace('–', '\u0096').replace('€', '\u0080'), (c) =>
    c.charCodeAt(0),
  )
  expect(await rows('a.csv', latin1)).toEqual(['Käse – 5 €'])
  const wide = Uint8Array.from(Buffer.from('\ufeffname\nÄ', 'utf16le'))
  expect(await rows('a.csv', wide)).toEqual(['Ä'])
})

test('10,000 columns and a row that is too long are refused with their line', async () => {
  const wide = Array.from({ length: 10_000 }, (_, n) => `c${n}`).join(',')
  expect(await refusal('a.csv', wide)).toBe('Line 1 has 10000 cells: a table has at most 1000 columns')
  expect(await refusal('a.csv', 'a,b\n1,2\n"x\ny",2,3\n')).toBe('Line 3 has 3 cells, but the header has 2')
  expect(await refusal('a.jsonl', '{"a":1}\n{"a":\n')).toContain('Line 2 is not valid JSON')
  expect(await refusal('a.json', '[1]')).toBe('Record 1 is not an object')
})
