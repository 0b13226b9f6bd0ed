// The queue of uploads: what starts, how far it is, and when a request is sent again.
import { expect, test } from 'vitest'
import { Problem } from '../../../console/src/api/problem.ts'
import {
  firstUploads,
  isClutter,
  MAX_AT_ONCE,
  missingParts,
  nameIn,
  nextUploads,
  pastedName,
  progressOf,
  rangeOfPart,
  retryWaitMs,
  type Upload,
  type UploadState,
} from '../../../console/src/api/uploads/model.ts'
import { bytes } from '../../../console/src/ui/format/time.ts'

const uploadIn = (state: UploadState, id: number, sentBytes = 0): Upload => ({
  ...{ id, name: `${id}.txt`, sizeBytes: 100, team: null, state, sentBytes, onConflict: 'refuse' },
  ...{ isUnchanged: false, fileId: null, problem: null },
})

test('uploads start in their order, a few at a time', () => {
  const waiting = Array.from({ length: 6 }, (_, id) => uploadIn('waiting', id))
  expect(nextUploads(waiting).map(({ id }) => id)).toEqual([0, 1, 2])
  const two = [uploadIn('sending', 9), uploadIn('failed', 8), ...waiting]
  expect(nextUploads(two).length).toBe(MAX_AT_ONCE - 1)
  expect(
    nextUploads([...waiting.slice(0, MAX_AT_ONCE).map((one) => ({ ...one, state: 'sending' as const }))]),
  ).toEqual([])
})

test('progress counts what was sent, and leaves out what will not be', () => {
  const uploads = [
    uploadIn('done', 1),
    uploadIn('sending', 2, 40),
    uploadIn('waiting', 3),
    uploadIn('failed', 4, 70),
    uploadIn('taken', 5),
  ]
  expect(progressOf(uploads)).toEqual({
    total: 5,
    done: 1,
    open: 2,
    stuck: 2,
    sentBytes: 140,
    totalBytes: 300,
  })
})

test('of many uploads, those are shown first that are going on or need somebody', () => {
  const uploads = [
    uploadIn('done', 1),
    uploadIn('waiting', 2),
    uploadIn('failed', 3),
    uploadIn('sending', 4),
    uploadIn('taken', 5),
  ]
  expect(firstUploads(uploads, 3).map(({ id }) => id)).toEqual([4, 5, 3])
  expect(firstUploads(uploads, 5).map(({ id }) => id)).toEqual([1, 2, 3, 4, 5])
})

test('an interrupted upload continues with the parts that are missing', () => {
  expect(missingParts({ parts: 4, received: [3, 1] })).toEqual([2, 4])
  const upload = { sizeBytes: 2_500, partSizeBytes: 1_000 }
  expect([1, 2, 3].map((part) => rangeOfPart(part, upload))).toEqual([
    { from: 0, to: 1_000 },
    { from: 1_000, to: 2_000 },
    { from: 2_000, to: 2_500 },
  ])
})

test('requests are repeated only if that may help, with longer and longer pauses', () => {
  const problem = (status: number, code: string, headers = {}) =>
    new Problem(status, { code }, new Headers(headers))
  const lost = problem(0, 'connection.lost')
  expect([1, 2, 3, 5].map((tries) => retryWaitMs(lost, tries))).toEqual([1_000, 2_000, 4_000, 16_000])
  expect(retryWaitMs(lost, 6)).toBeNull()
  expect(retryWaitMs(problem(503, 'service.unavailable', { 'retry-after': '7' }), 1)).toBe(7_000)
  expect(retryWaitMs(problem(429, 'rate.limited', { 'retry-after': '900' }), 1)).toBe(30_000)
  for (const final of [
    problem(402, 'plan.limit_reached'),
    problem(409, 'file.name_taken'),
    problem(0, 'console.fault'),
  ])
    expect(retryWaitMs(final, 1)).toBeNull()
})

test('names have the folder in front, and pasted pictures the time', () => {
  expect(nameIn('reports/', '/2026/march.csv')).toBe('reports/2026/march.csv')
  expect(nameIn('', 'march.csv')).toBe('march.csv')
  const at = new Date('2026-03-01T12:30:05.123Z')
  expect(pastedName('image.png', at)).toBe('Pasted 2026-03-01 12-30-05.png')
  expect(pastedName('plan.png', at)).toBe('plan.png')
  expect(['a/.DS_Store', 'Thumbs.db', 'a/b.txt', 'my.DS_Store.txt'].map(isClutter)).toEqual([
    true,
    true,
    false,
    false,
  ])
})

test('sizes have the largest unit that fits', () => {
  const sizes = [
    0,
    1023,
    1024,
    1434,
    10_240,
    1024 ** 2 - 1,
    1024 ** 2,
    50 * 1024 ** 2,
    1024 ** 3,
    1.5 * 1024 ** 4,
  ]
  expect(sizes.map(bytes)).toEqual([
    '0 B',
    '1023 B',
    '1 KB',
    '1.4 KB',
    '10 KB',
    '1 MB',
    '1 MB',
    '50 MB',
    '1 GB',
    '1.5 TB',
  ])
})
