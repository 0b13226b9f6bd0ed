import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { nativeDialect } from '../../../src/engine/expression/index.ts'
import { run } from './support.ts'

const page = readFileSync(join(import.meta.dirname, '../../../docs/expressions.md'), 'utf8')
const blocks = (kind: string) =>
  [...page.matchAll(new RegExp(`^\`\`\`${kind}\\n([^]*?)^\`\`\``, 'gm'))].map((found) => found[1]!)
const scope = JSON.parse(blocks('json scope')[0]!) as Record<string, unknown>

type Example = { source: string; kind: string; expected: string }
const examples = (kind: 'expression' | 'template'): Example[] =>
  blocks(kind)
    .flatMap((block) => block.trimEnd().split('\n'))
    .map((line) => {
      const found = /^(.*?)\s+\/\/ (=>|error) (.*)$/.exec(line)
      if (found === null) throw new Error(`not an example: ${line}`)
      return { source: found[1]!, kind: found[2]!, expected: found[3]! }
    })

function check({ source, kind, expected }: Example): void {
  const result = run(source, scope)
  if (kind === 'error') expect(result).toMatchObject({ ok: false, error: { code: expected } })
  else if (expected === 'undefined') expect(result).toStrictEqual({ ok: true, value: undefined })
  else expect(result).toStrictEqual({ ok: true, value: JSON.parse(expected) as unknown })
}

describe('the reference is correct about', () => {
  for (const example of examples('template')) test(example.source, () => check(example))
  for (const example of examples('expression')) {
    test(example.source, () => check({ ...example, source: `{{ ${example.source} }}` }))
  }
})

describe('the reference contains', () => {
  const section = (title: string) => page.split(`\n## ${title}\n`)[1]?.split('\n## ')[0] ?? ''
  const listed = (title: string, names: Iterable<string>) => {
    const text = section(title)
    return [...names].filter((name) => !new RegExp(`[\`. ]${name}[\`( ]`).test(text))
  }

  test('every method and function that exists', () => {
    const { methods, functions, namespaces } = nativeDialect
    expect(listed('Methods of texts', methods.text.keys())).toStrictEqual([])
    expect(listed('Methods of lists', methods.list.keys())).toStrictEqual([])
    expect(listed('Methods of numbers and booleans', methods.number.keys())).toStrictEqual([])
    expect(listed('Methods of numbers and booleans', methods.boolean.keys())).toStrictEqual([])
    expect(listed('Dates', methods.date.keys())).toStrictEqual([])
    expect(listed('Functions', functions.keys())).toStrictEqual([])
    for (const space of namespaces.values()) {
      expect(listed('Functions', [...space.functions.keys(), ...space.constants.keys()])).toStrictEqual([])
    }
  })

  test('every name of the scope', () => {
    expect(listed('Names', nativeDialect.names)).toStrictEqual([])
  })

  test('no method that does not exist', () => {
    const { text, list } = nativeDialect.methods
    const firstParagraph = (title: string) => section(title).split(', and `length`')[0]!
    const named = (title: string) => [...firstParagraph(title).matchAll(/`(\w+)`/g)].map((found) => found[1]!)
    expect(named('Methods of texts').filter((name) => !text.has(name))).toStrictEqual([])
    expect(named('Methods of lists').filter((name) => !list.has(name))).toStrictEqual([])
  })
})
