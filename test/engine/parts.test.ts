import { describe, expect, it } from 'vitest'
import { backoffMs, hashUnit } from '../../src/engine/advance/retry.ts'
import { idempotencyKey } from '../../src/engine/model/idempotency.ts'
import { formatPath, itemPath, nodePath, parsePath, undoPath } from '../../src/engine/model/path.ts'
import { random } from './support/random.ts'

describe('paths', () => {
  it('contain scope, iteration, item and undo', () => {
    const item = itemPath(nodePath('', 'map', [2]), 3)
    expect(undoPath(nodePath(item, 'inner', [1, 2]))).toBe('map~2:3.inner~1~2!undo')
    expect(nodePath('', 'a', [1, 1])).toBe('a')
  })

  it('are parsed as they were formatted, from seed 1', () => {
    const dice = random(1)
    for (let i = 0; i < 5_000; i++) {
      const segments = Array.from({ length: 1 + dice.int(3) }, () => ({
        id: dice.pick(['a', 'b-c', 'D_9', '0']),
        iteration: dice.chance(0.5) ? [] : [1 + dice.int(3), 2 + dice.int(3)],
        item: dice.chance(0.5) ? -1 : dice.int(10),
      }))
      const path = { segments, undo: dice.chance(0.2) }
      expect(parsePath(formatPath(path))).toEqual(path)
    }
  })

  it.each([
    '',
    '.',
    'a.',
    'a:',
    'a~',
    'a~0',
    'a~1',
    'a~1~1',
    'a:01',
    'a:-1',
    'a b',
    'a!undo!undo',
    'ä',
    `a${'.a'.repeat(3_000)}`,
  ])('refuse %j', (text) => {
    expect(parsePath(text)).toBeUndefined()
  })
})

describe('idempotency keys', () => {
  it('consist of the root and the path, and differ after an undo', () => {
    expect(idempotencyKey('run_1', 'a:3')).toBe('run_1:a:3')
    expect(idempotencyKey('run_1', 'a:3', 1)).toBe('run_1:a:3@1')
  })
})

describe('back-off', () => {
  const policy = { attempts: 9, delayMs: 100, factor: 3, maxDelayMs: 1_000 }

  it('grows by the factor up to the limit', () => {
    expect([1, 2, 3, 4].map((failures) => backoffMs(policy, failures, 0.5))).toEqual([100, 300, 900, 1_000])
    expect(backoffMs(policy, 2_000, 0)).toBe(1_000)
  })

  it('is reduced by at most half by jitter, and never increased', () => {
    const jittered = { ...policy, jitter: true }
    expect(backoffMs(jittered, 1, 0)).toBe(100)
    expect(backoffMs(jittered, 1, 0.999)).toBe(50)
  })

  it('waits longer on request, but not forever', () => {
    const open = { attempts: 9, delayMs: 100, factor: 3 }
    expect(backoffMs(open, 1, 0, 500_000)).toBe(500_000)
    expect(backoffMs(open, 1, 0, 10)).toBe(100)
    expect(backoffMs(open, 1, 0, 1e12)).toBe(3_600_000)
    expect(backoffMs(policy, 1, 0, 900)).toBe(900)
    expect(backoffMs(policy, 1, 0, 5_000)).toBe(1_000)
  })

  it('distributes its jitter evenly and the same way every time', () => {
    const values = Array.from({ length: 10_000 }, (_, i) => hashUnit(`map:${i}`, 1))
    expect(hashUnit('map:7', 1)).toBe(values[7])
    expect(values.every((value) => value >= 0 && value < 1)).toBe(true)
    for (let tenth = 0; tenth < 10; tenth++) {
      const share = values.filter((value) => Math.floor(value * 10) === tenth).length
      expect(share).toBeGreaterThan(800)
      expect(share).toBeLessThan(1_200)
    }
  })
})
