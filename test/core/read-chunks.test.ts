import { expect, test } from 'vitest'
import { eachChunk, gather } from '../../src/core/read-chunks.ts'

function bodyOf(...parts: (string | Error)[]) {
  const left = [...parts]
  let cancelled = false
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const next = left.shift()
      if (next === undefined) controller.close()
      else if (typeof next === 'string') controller.enqueue(new TextEncoder().encode(next))
      else controller.error(next)
    },
    cancel() {
      cancelled = true
    },
  })
  return { body, wasCancelled: () => cancelled }
}

const textOf = (bytes: Uint8Array | null): string | null => bytes && new TextDecoder().decode(bytes)

test.each([
  [[], ''],
  [[''], ''],
  [['one'], 'one'],
  [['on', '', 'e', ' and two'], 'one and two'],
])('%j is collected as one piece', async (parts, text) => {
  expect(textOf(await gather(bodyOf(...parts).body, 100))).toBe(text)
})

test('the limit is exact', async () => {
  expect(textOf(await gather(bodyOf('ab', 'cd').body, 4))).toBe('abcd')
  expect(await gather(bodyOf('ab', 'cd').body, 3)).toBeNull()
})

test('unneeded chunks stay unread, and are not cancelled', async () => {
  const { body, wasCancelled } = bodyOf('ab', 'cd', 'ef')
  expect(await gather(body, 1)).toBeNull()
  expect(body.locked).toBe(false)
  expect(wasCancelled()).toBe(false)
  expect(textOf(await gather(body, 100))).toBe('cdef')
})

test('each chunk is passed once, until no more are needed', async () => {
  const seen: string[] = []
  const take = (chunk: Uint8Array) => seen.push(textOf(chunk) ?? '') < 2
  expect(await eachChunk(bodyOf('a', 'b', 'c').body, take)).toBe(false)
  expect(seen).toEqual(['a', 'b'])
  expect(await eachChunk(bodyOf('d').body, () => true)).toBe(true)
})

test('an error of the sender, or of the consumer, is passed on, and the body released', async () => {
  const broken = bodyOf('ab', new Error('reset')).body
  await expect(gather(broken, 100)).rejects.toThrow('reset')
  expect(broken.locked).toBe(false)
  const whole = bodyOf('ab').body
  const fail = () => {
    throw new Error('no text')
  }
  await expect(eachChunk(whole, fail)).rejects.toThrow('no text')
  expect(whole.locked).toBe(false)
})
