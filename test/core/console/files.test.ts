// What the pages of files compute: names, previews, tables, links and the search in the URL.
import { expect, test } from 'vitest'
import { Problem } from '../../../console/src/api/problem.ts'
import { readTable, separatorOf } from '../../../console/src/features/files/model/csv.ts'
import { endOf } from '../../../console/src/features/files/model/link.ts'
import {
  baseOf,
  folderOf,
  joined,
  levelsOf,
  restoredName,
  typedFolder,
  typeLabel,
} from '../../../console/src/features/files/model/names.ts'
import {
  bytesToRead,
  decoded,
  lookOf,
  TEXT_BYTES,
} from '../../../console/src/features/files/model/preview.ts'
import { isSearch, listQueryOf, readSearch } from '../../../console/src/features/files/model/search.ts'
import { usesText } from '../../../console/src/features/files/model/uses.ts'
import { mayRetry, reasonOf } from '../../../console/src/features/uploads/model/reason.ts'
import { isFileListSchema, isFileReference, isFileSchema } from '../../../console/src/ui/form/file-schema.ts'
import { mayBeInline } from '../../../src/modules/files/types/table.ts'

test('names have folders, a base and a type', () => {
  expect([folderOf('a/b/c.txt'), baseOf('a/b/c.txt'), folderOf('c.txt')]).toEqual(['a/b', 'c.txt', ''])
  expect([joined('', 'c.txt'), joined('a/b', 'c.txt')]).toEqual(['c.txt', 'a/b/c.txt'])
  expect(levelsOf('a/b/c')).toEqual(['a', 'a/b', 'a/b/c'])
  expect(levelsOf('')).toEqual([])
  expect(typedFolder(' /a//b /')).toBe('a/b')
  expect(restoredName('a/plan.v2.pdf')).toBe('a/plan.v2 (restored).pdf')
  expect(restoredName('a.b/plan')).toBe('a.b/plan (restored)')
  expect(typeLabel({ name: 'a/plan.pdf', contentType: 'application/pdf' })).toBe('PDF')
  expect(typeLabel({ name: 'output', contentType: 'application/json' })).toBe('json')
})

test('the URL selects what is listed, and unknown values are ignored', () => {
  const search = readSearch({
    folder: '/a/b/',
    q: ' march ',
    kind: 'image',
    sort: 'size',
    view: 'no',
    more: 1,
  })
  expect(search).toEqual({ folder: 'a/b', q: 'march', kind: 'image' })
  expect(listQueryOf(search)).toEqual({ sort: 'name', prefix: 'a/b/', q: 'march', type: 'image' })
  expect(isSearch(search)).toBe(true)
  expect(listQueryOf(readSearch({}))).toEqual({ sort: 'name', folder: '/' })
  expect(listQueryOf(readSearch({ folder: 'a', sort: '-sizeBytes' }))).toEqual({
    sort: '-sizeBytes',
    folder: 'a',
  })
  // The files of a run have no folders to go through.
  expect(listQueryOf(readSearch({ folder: 'a', run: 'run_1' }))).toEqual({ sort: 'name', runId: 'run_1' })
  expect(readSearch({ folder: '///' })).toEqual({})
})

test('nothing that could run is shown as itself', () => {
  const look = (contentType: string, sizeBytes = 1000) => lookOf({ contentType, sizeBytes })
  expect(['text/html', 'application/xml', 'text/javascript'].map((type) => look(type))).toEqual([
    'text',
    'text',
    'text',
  ])
  expect(look('image/svg+xml')).toBe('svg')
  expect(look('image/svg+xml', 2 * 1024 ** 2)).toBe('text')
  expect(['application/pdf', 'application/zip', 'video/mp4', 'image/heic'].map((type) => look(type))).toEqual(
    ['none', 'none', 'none', 'none'],
  )
  // Only what the server would also show in a browser.
  for (const type of [
    'image/png',
    'image/jpeg',
    'image/gif',
    'image/webp',
    'image/avif',
    'image/bmp',
    'image/vnd.microsoft.icon',
  ])
    expect([type, look(type), mayBeInline(type)]).toEqual([type, 'image', true])
})

test('of long texts, only the beginning is read', () => {
  expect(bytesToRead('text', TEXT_BYTES + 1)).toBe(TEXT_BYTES)
  expect(bytesToRead('table', TEXT_BYTES)).toBeNull()
  expect(bytesToRead('image', 10 * TEXT_BYTES)).toBeNull()
  const cut = new TextEncoder().encode('aä').slice(0, 2)
  expect(decoded(cut.buffer, true)).toBe('a')
})

test('tables are read with quotes, line breaks and any separator', () => {
  expect(['a,b', 'a;b;c,d', 'a\tb', '"a,b,c";d'].map(separatorOf)).toEqual([',', ';', '\t', ';'])
  const all = { mostRows: 10, isCut: false }
  expect(readTable('\uFEFFname,note\r\n"Ada, B","says ""hi""\nand goes"\r\n\r\nC,\r\n', all)).toEqual({
    head: ['name', 'note'],
    rows: [
      ['Ada, B', 'says "hi"\nand goes'],
      ['C', ''],
    ],
    hasMore: false,
  })
  expect(readTable('', all)).toEqual({ head: [], rows: [], hasMore: false })
  const many = `n\n${Array.from({ length: 30 }, (_, n) => n).join('\n')}`
  const some = readTable(many, { mostRows: 10, isCut: false })
  expect([some.rows.length, some.rows.at(-1), some.hasMore]).toEqual([10, ['9'], true])
  // The last row may be cut anywhere.
  expect(readTable('n\n10\n20', { mostRows: 10, isCut: true })).toEqual({
    head: ['n'],
    rows: [['10']],
    hasMore: true,
  })
})

test('a link says why it ended', () => {
  const link = { expiresAt: '2026-01-02T00:00:00Z', revokedAt: null, maxUses: 2, uses: 1 }
  const now = Date.parse('2026-01-01T00:00:00Z')
  expect(endOf(link, now)).toBeNull()
  expect(endOf({ ...link, uses: 2 }, now)).toBe('Used up')
  expect(endOf({ ...link, revokedAt: '2026-01-01T00:00:00Z' }, now)).toBe('Revoked')
  expect(endOf(link, now + 2 * 86_400_000)).toBe('Expired')
})

test('a refused upload says what to do', () => {
  const full = new Problem(402, { code: 'plan.limit_reached', detail: 'The plan free allows 1 bytes' })
  expect(reasonOf({ problem: full, sizeBytes: 2048 })).toMatch(
    /^There is no room for 2 KB more\. Delete files/,
  )
  expect([mayRetry(full), mayRetry(new Problem(422, { code: 'file.empty' }))]).toEqual([true, false])
})

test('a schema names a file by the property $file', () => {
  const file = { type: 'object', properties: { $file: { type: 'string' } } }
  expect([file, { type: 'object', properties: { name: {} } }, true, null].map(isFileSchema)).toEqual([
    true,
    false,
    false,
    false,
  ])
  expect([{ type: 'array', items: file }, { type: 'array' }, file].map(isFileListSchema)).toEqual([
    true,
    false,
    false,
  ])
  expect([{ $file: 'file_1' }, { $file: 1 }, 'file_1', null].map(isFileReference)).toEqual([
    true,
    false,
    false,
    false,
  ])
})

test('a deletion says what has used the file', () => {
  const uses = (run: number, deployment: number) => [
    ...Array.from({ length: deployment }, () => ({ kind: 'deployment' as const })),
    ...Array.from({ length: run }, () => ({ kind: 'run' as const })),
  ]
  expect(usesText([])).toBe('')
  expect(usesText(uses(2, 1))).toBe('2 runs and 1 deployment used it.')
  expect(usesText(uses(1, 0))).toBe('1 run used it.')
  expect(usesText(uses(100, 0))).toBe('100 runs and more used it.')
})
