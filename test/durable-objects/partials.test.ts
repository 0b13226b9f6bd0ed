// The output of models for calls that are not recorded yet, for a slow reader, a late one, and with secrets.
import { expect, test } from 'vitest'
import { type Hider, openPartials } from '../../durable-objects/run-host/show/partials.ts'
import { hideValues } from '../../src/core/hide-values.ts'

const plain = () => null
const textOf = (deltas: { text: string }[]) => deltas.map(({ text }) => text).join('')

test('a late reader gets all of an answer in one piece, and then the rest', () => {
  const partials = openPartials(plain)
  const place = new Map()
  for (const text of ['One ', 'two ', 'three']) partials.add('a.model', 1, { kind: 'text', text })
  expect(partials.after(place)).toEqual([
    { type: 'delta', path: 'a.model', attempt: 1, kind: 'text', text: 'One two three' },
  ])
  expect(partials.after(place)).toEqual([])
  partials.add('a.model', 1, { kind: 'text', text: '!' })
  expect(textOf(partials.after(place))).toBe('!')
})

test('reasoning, text and the arguments of each call are separate pieces', () => {
  const partials = openPartials(plain)
  partials.add('a', 1, { kind: 'reasoning', text: 'Hm' })
  partials.add('a', 1, { kind: 'text', text: 'Yes' })
  partials.add('a', 1, { kind: 'tool', id: '1', name: 'date', text: '{}' })
  partials.add('a', 1, { kind: 'tool', id: '2', name: 'date', text: '{' })
  partials.add('a', 1, { kind: 'tool', id: '2', name: 'date', text: '}' })
  const seen = partials.after(new Map()).map(({ kind, id, text }) => [kind, id, text])
  expect(seen).toEqual([
    ['reasoning', undefined, 'Hm'],
    ['text', undefined, 'Yes'],
    ['tool', '1', '{}'],
    ['tool', '2', '{}'],
  ])
})

test('another attempt starts again, and a recorded outcome replaces the partial text', () => {
  const partials = openPartials(plain)
  const place = new Map()
  partials.add('a', 1, { kind: 'text', text: 'broken' })
  partials.after(place)
  partials.add('a', 2, { kind: 'text', text: 'whole' })
  expect(partials.after(place)).toMatchObject([{ attempt: 2, text: 'whole' }])
  partials.drop('a')
  expect(partials.isEmpty()).toBe(true)
  expect(partials.after(place)).toEqual([])
  partials.add('a', 1, { kind: 'text', text: 'next' })
  expect(textOf(partials.after(place))).toBe('next')
})

test('parallel answers are separate', () => {
  const partials = openPartials(plain)
  partials.add('a:0.model', 1, { kind: 'text', text: 'x' })
  partials.add('a:1.model', 1, { kind: 'text', text: 'y' })
  partials.add('a:0.model', 1, { kind: 'text', text: 'z' })
  expect(partials.after(new Map()).map(({ path, text }) => [path, text])).toEqual([
    ['a:0.model', 'xz'],
    ['a:1.model', 'y'],
  ])
})

test('a secret is hidden, however it is cut into pieces', () => {
  const secret = 'correct-horse-battery'
  const hide = hideValues([secret]) ?? ((text: string) => text)
  const hider: Hider = { hide, longest: secret.length }
  for (const size of [1, 3, 7, 50]) {
    // The text is searched when half of the secret has arrived.
    const searchedAt = Math.ceil(256 / size) * size
    const before = 'lorem ipsum '.repeat(40).slice(0, searchedAt - secret.length / 2)
    const text = `${before}${secret}${' dolor sit amet'.repeat(40)}`
    const partials = openPartials(() => hider)
    const place = new Map()
    let seen = ''
    for (let at = 0; at < text.length; at += size) {
      partials.add('a', 1, { kind: 'text', text: text.slice(at, at + size) })
      seen += textOf(partials.after(place))
    }
    partials.add('a', 1, { kind: 'reasoning', text: 'so' })
    seen += textOf(partials.after(place).filter(({ kind }) => kind === 'text'))
    expect(seen).toBe(hide(text))
  }
})
