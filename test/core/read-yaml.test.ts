import { describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { readYaml } from '../../src/modules/workflows/check/read-yaml.ts'
import { startProcessorTime } from '../helpers/processor-time.ts'

function timed<T>(work: () => T): { value: T; ms: number } {
  const spentMs = startProcessorTime()
  const value = work()
  return { value, ms: spentMs() }
}

const messages = (text: string): string[] => {
  const result = readYaml(text)
  return result.ok ? [] : result.error.map(({ message }) => message)
}

describe('YAML is read in time that grows with its length', { timeout: 60_000 }, () => {
  test.each<[string, string]>([
    ['one key many times', 'a: 1\n'.repeat(150_000)],
    ['two keys many times', 'a: 1\nb: 1\n'.repeat(75_000)],
    ['a key without a name many times', ': a\n'.repeat(100_000)],
    ['many errors', '"\\q" '.repeat(50_000)],
    ['many broken items', '- [ >\n'.repeat(20_000)],
  ])('%s', (_, text) => {
    const { value, ms } = timed(() => messages(text))
    expect(value.length).toBeGreaterThan(0)
    expect(value.length).toBeLessThanOrEqual(20)
    expect(ms).toBeLessThan(20_000)
  })

  test.each<[string, string]>([
    ['empty lines', '\n'.repeat(2_000_000)],
    ['small items', '- 1\n'.repeat(500_000)],
    ['small keys', Array.from({ length: 200_000 }, (_, index) => `k${index}:`).join('\n')],
  ])('text with more values than a definition can have is refused: %s', (_, text) => {
    const { value, ms } = timed(() => readYaml(text))
    expect(value).toMatchObject({ ok: false, error: [{ code: 'definition.too_large' }] })
    expect(ms).toBeLessThan(20_000)
  })

  test('a definition of the maximum size is read', () => {
    const values = Object.fromEntries(
      Array.from({ length: 31 }, (_, key) => [`key_${key}`, '{{ input.value }}']),
    )
    const nodes = Array.from({ length: 1_000 }, (_, index) => ({ id: `node_${index}`, params: { values } }))
    expect(JSON.stringify(nodes).length).toBeGreaterThan(900_000)
    expect(readYaml(stringify({ nodes }, { aliasDuplicateObjects: false }))).toEqual({
      ok: true,
      value: { nodes },
    })
  })
})

describe('a fault in YAML names its place', () => {
  test.each<[string, string]>([
    ['nodes: []\nmeta: {}\nnodes: []\n', 'The key "nodes" appears twice (line 3, column 1)'],
    ['a: {b: 1, b: 2}', 'The key "b" appears twice (line 1, column 11)'],
    ['a: 1\r\nb: 2\r\na: 4', '(line 3, column 1)'],
    ['a: "\\q"', '(line 1, column 5)'],
    ['', ''],
  ])('%j', (text, expected) => {
    expect(messages(text).join('\n')).toContain(expected)
  })
})
