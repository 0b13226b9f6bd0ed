import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { csvLine } from '../../../src/core/formats/csv.ts'
import { csvReader, guessSeparator } from '../../../src/core/formats/read-csv.ts'
import { readDecimal } from '../../../src/modules/finops/transfer/read/numbers.ts'
import {
  type FileRecord,
  type ReadOptions,
  recordsOf,
} from '../../../src/modules/finops/transfer/read/records.ts'
import { randomFrom } from '../../contract/support/random.ts'
import { casesOf, repeatWith, SEED } from '../../helpers/random-cases.ts'

const streamOf = (bytes: Uint8Array, piece = 7): ReadableStream<Uint8Array> =>
  new ReadableStream({
    start: (controller) => {
      for (let at = 0; at < bytes.length; at += piece) controller.enqueue(bytes.slice(at, at + piece))
      controller.close()
    },
  })

const read = async (
  bytes: Uint8Array,
  options: Partial<ReadOptions> = {},
  piece = 7,
): Promise<FileRecord[]> => {
  const found: FileRecord[] = []
  for await (const one of recordsOf(streamOf(bytes, piece), { format: 'csv', encoding: 'auto', ...options }))
    found.push(one)
  return found
}

const bytes = (text: string) => new TextEncoder().encode(text)
const valuesOf = async (text: string, options?: Partial<ReadOptions>) =>
  (await read(bytes(text), options, 1_000)).map(({ values }) => ({ ...values }))

/** The cases of csv-spectrum, by their special feature. */
test.each([
  [
    'a comma in quotes',
    'first,address\nJohn,"120 any st., Anytown, WW"',
    [{ first: 'John', address: '120 any st., Anytown, WW' }],
  ],
  ['empty cells', 'a,b,c\n1,"",""\n2,3,4', [{ a: '1' }, { a: '2', b: '3', c: '4' }]],
  ['line ends of Windows', 'a,b\r\n1,""\r\n2,3\r\n', [{ a: '1' }, { a: '2', b: '3' }]],
  [
    'escaped quotes',
    'a,b\n1,"ha ""ha"" ha"\n3,4',
    [
      { a: '1', b: 'ha "ha" ha' },
      { a: '3', b: '4' },
    ],
  ],
  [
    'JSON in a cell',
    'key,val\n1,"{""type"": ""Point"", ""at"": [1, 2]}"',
    [{ key: '1', val: '{"type": "Point", "at": [1, 2]}' }],
  ],
  [
    'line ends in quotes',
    'a,b\n"once upon \na time",5\n7,8',
    [
      { a: 'once upon \na time', b: '5' },
      { a: '7', b: '8' },
    ],
  ],
  [
    'quotes and line ends',
    'a,b\n1,"ha \n""ha"" \nha"\n3,4',
    [
      { a: '1', b: 'ha \n"ha" \nha' },
      { a: '3', b: '4' },
    ],
  ],
  ['UTF-8', 'a,b\n4,ʤ', [{ a: '4', b: 'ʤ' }]],
  ['a byte-order mark', '﻿a,b\n1,2', [{ a: '1', b: '2' }]],
  [
    'line ends of old machines',
    'a,b\r1,2\r3,4',
    [
      { a: '1', b: '2' },
      { a: '3', b: '4' },
    ],
  ],
  ['blank lines', 'a,b\n\n1,2\n\n', [{ a: '1', b: '2' }]],
  ['rows that are short', 'a,b\n1', [{ a: '1' }]],
  ['semicolons', 'a;b\n1,5;2', [{ a: '1,5', b: '2' }]],
  ['tabs', 'a\tb\n1\t2', [{ a: '1', b: '2' }]],
  [
    'formulas that an export has neutralised',
    "a\n'=1+1\n''=x\n'quoted'",
    [{ a: '=1+1' }, { a: "'=x" }, { a: "'quoted'" }],
  ],
])('CSV with %s', async (_what, text, expected) => {
  expect(await valuesOf(text)).toEqual(expected)
  for (const piece of [1, 2, 3])
    expect((await read(bytes(text), {}, 1_000 * piece)).map(({ values }) => ({ ...values }))).toEqual(
      expected,
    )
})

test('lines are the first lines of rows', async () => {
  const found = await read(bytes('a,b\n"x\ny",1\n2,3\n\n4,5,6\n'), {}, 1_000)
  expect(found.map(({ line, problem }) => [line, problem])).toEqual([
    [2, undefined],
    [4, undefined],
    [6, 'has 3 cells, but the header has 2'],
  ])
})

test('Latin-1 is detected by its beginning, and a later invalid byte is an error of its row', async () => {
  const latin = Uint8Array.from([...bytes('a,b\n1,M'), 0xfc, ...bytes('nchen')])
  expect((await read(latin, {}, 1_000))[0]?.values.b).toBe('München')
  const rows = Array.from({ length: 1_000 }, (_, i) => `${i},ü`).join('\n')
  const bad = Uint8Array.from([...bytes(`a,b\n${rows}\n1,`), 0xff, ...bytes('\n2,3')])
  const found = await read(bad, {}, 512)
  expect(found.filter(({ problem }) => problem !== undefined)).toEqual([
    expect.objectContaining({ line: 1002, problem: 'b is not valid UTF-8' }),
  ])
  expect(found).toHaveLength(1_002)
})

test('gzip is unpacked, and damaged gzip is refused', async () => {
  const packed = gzipSync(bytes('a,b\n1,2'))
  expect((await read(packed)).map(({ values }) => ({ ...values }))).toEqual([{ a: '1', b: '2' }])
  await expect(read(packed.subarray(0, packed.length - 4))).rejects.toThrow(/gzip/)
})

test('JSON lines: objects, and errors by line', async () => {
  const text = '{"a":1,"b":{"c":"d"},"e":null}\n\n[1]\n{"a":\n{"a":"x"}'
  const found = await read(bytes(text), { format: 'jsonl' })
  expect(found.map(({ line, values, problem }) => [line, problem ?? { ...values }])).toEqual([
    [1, { a: '1', b: '{"c":"d"}' }],
    [3, 'is not a JSON object'],
    [4, 'is not valid JSON'],
    [5, { a: 'x' }],
  ])
})

test.each(['', 'a,a\n1,2'])('%j has no usable header', async (text) => {
  await expect(read(bytes(text))).rejects.toThrow(/header/)
})

test.each([
  ['1234.5', '.', '1234.5'],
  ['1,234.5', '.', '1234.5'],
  ['1 234.5', '.', '1234.5'],
  ['1234,5', ',', '1234.5'],
  ['1.234,5', ',', '1234.5'],
  ['-1.234.567,89', ',', '-1234567.89'],
  ['1,5', '.', null],
  ['1.5', ',', null],
  ['1e3', '.', '1000'],
  ['NaN', '.', null],
  ['1e308', '.', null],
] as const)('%s with %j is %s', (text, mark, expected) => {
  const found = readDecimal(text, mark)
  expect(found === null ? null : Number(found.units) / 10 ** found.scale).toBe(
    expected === null ? null : Number(expected),
  )
})

test('written text is read back, in chunks of any size', () => {
  const random = randomFrom(SEED)
  const alphabet = ['a', '"', ',', ';', '\n', '\r', '=', "'", 'ü', ' ', '\t', '-', '1']
  for (let n = 0; n < casesOf(2_000); n++) {
    const cells = Array.from({ length: 1 + random.below(4) }, () =>
      Array.from({ length: random.below(6) }, () => random.pick(alphabet)).join(''),
    )
    const text = csvLine(cells) + csvLine(['end', ...cells.slice(1)])
    const reader = csvReader(',')
    const found = []
    for (let at = 0; at < text.length; ) {
      const size = 1 + random.below(5)
      found.push(...reader.push(text.slice(at, at + size)))
      at += size
    }
    found.push(...reader.end())
    const plain = (cell: string) => (/^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell)
    if (cells.length > 1 || cells[0] !== '')
      expect(found[0]?.cells, `${repeatWith(SEED)}, case ${n}: ${JSON.stringify(text)}`).toEqual(
        cells.map(plain),
      )
  }
})

test('separators are detected from the header', () => {
  expect(['a,b', 'a;b,c;d', 'a\tb', '"a,b,c"|d', 'a'].map(guessSeparator)).toEqual([',', ';', '\t', '|', ','])
})
