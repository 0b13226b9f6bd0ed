import { expect, test } from 'vitest'
import { hidingStream } from '../../src/modules/integrations/credentials/hide-stream.ts'
import { randomFrom } from '../contract/support/random.ts'
import { casesOf, repeatWith, SEED } from '../helpers/random-cases.ts'

const SECRET = `a/b+c<d>&"e"='f'-ü-0123456789`
const OTHER = 'ab'.repeat(30)
const utf8 = (text: string) => new TextEncoder().encode(text)

async function hidden(pieces: Uint8Array[], secrets = [SECRET, OTHER]): Promise<Uint8Array> {
  const hiding = hidingStream(secrets)
  if (hiding === null) throw new Error('There is nothing to hide')
  const source = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of pieces) controller.enqueue(piece)
      controller.close()
    },
  })
  return new Uint8Array(await new Response(source.pipeThrough(hiding)).arrayBuffer())
}

const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
const json = (text: string): string => JSON.stringify(text).slice(1, -1)
const base64 = (text: string): string => btoa(String.fromCharCode(...utf8(text)))
const escaped = (char: string): string => `\\u00${char.charCodeAt(0).toString(16)}`

const FORMS: [how: string, text: string][] = [
  ['as it is', SECRET],
  ['in JSON', json(SECRET)],
  ['in JSON of PHP', json(SECRET).replaceAll('/', '\\/')],
  ['in JSON of Go', json(SECRET).replace(/[<>&]/g, escaped)],
  ['in JSON of Gson', json(SECRET).replace(/[<>&=']/g, escaped)],
  [
    'in HTML',
    SECRET.replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      .replaceAll("'", '&#39;'),
  ],
  ['percent-encoded', encodeURIComponent(SECRET)],
  ['in base64', base64(`ada:${SECRET}`)],
]

test.each(FORMS)('a secret %s is removed, wherever the chunks are cut', async (_how, form) => {
  const bytes = utf8(`before ${form} after`)
  for (let cut = 0; cut <= bytes.length; cut += 3) {
    const shown = textOf(await hidden([bytes.subarray(0, cut), bytes.subarray(cut)]))
    expect(shown).toMatch(/^before .*\[redacted\].* after$/)
    expect(shown).not.toContain('0123456789')
  }
})

test('content without secrets does not change, and all chunkings give the same result', async () => {
  for (let at = 0; at < casesOf(2_000); at++) {
    const seed = repeatWith(SEED + at)
    const random = randomFrom(SEED + at)
    const parts = Array.from({ length: 1 + random.below(12) }, () =>
      random.chance(0.4)
        ? utf8(random.pick([SECRET, OTHER, OTHER.slice(0, 40), 'abab', base64(SECRET)]))
        : Uint8Array.from({ length: random.below(120) }, () => random.below(256)),
    )
    const all = Uint8Array.from(parts.flatMap((part) => [...part]))
    const pieces: Uint8Array[] = []
    for (let at = 0; at < all.length; ) {
      const end = Math.min(all.length, at + 1 + random.below(50))
      pieces.push(all.subarray(at, end))
      at = end
    }
    const whole = await hidden([all])
    const shown = await hidden(pieces)
    for (const secret of [SECRET, OTHER]) {
      const found = (bytes: Uint8Array) =>
        String.fromCharCode(...bytes).includes(String.fromCharCode(...utf8(secret)))
      expect([seed, found(whole), found(shown)]).toEqual([seed, false, false])
    }
    if (!String.fromCharCode(...whole).includes('[redacted]')) {
      expect([seed, whole]).toEqual([seed, all])
      expect([seed, shown]).toEqual([seed, all])
    }
  }
})

test('without secrets there is no stream', () => {
  expect(hidingStream([])).toBeNull()
  expect(hidingStream(['short'])).toBeNull()
})
