import { describe, expect, test } from 'vitest'
import {
  compileTemplate,
  evaluateTemplate,
  templateReferences,
} from '../../../src/engine/expression/index.ts'
import { errorOf, run, sampleScope } from './support.ts'

const value = (source: string) => {
  const result = run(source, sampleScope())
  return result.ok ? result.value : result.error
}

describe('a template', () => {
  const cases: [string, unknown][] = [
    ['', ''],
    ['plain }} text', 'plain }} text'],
    ['{{ input.a }}', 7],
    ['{{input.a}}', 7],
    ['{{ undefined }}', undefined],
    ['{{ null }}', null],
    ['{{ { a: { b: 1 } } }}', { a: { b: 1 } }],
    ['{{{a:{b:1}}}}', { a: { b: 1 } }],
    ['{{ "}}" }}', '}}'],
    [`{{ '{{ }}' + \`}} \${ '}}' }\` }}`, '{{ }}}} }}'],
    ['{{ input.a }} ', '7 '],
    [' {{ input.a }}', ' 7'],
    ['{{ input.a }}{{ input.a }}', '77'],
    ['a{{ input.nope }}b{{ null }}c{{ false }}', 'abcfalse'],
    ['x {{ input.list }} {{ { a: [1] } }}', 'x [3,1,2,10] {"a":[1]}'],
    ['at {{ date(0) }}', 'at 1970-01-01T00:00:00.000Z'],
    ['\\{{ input.a }}', '{{ input.a }}'],
    ['\\{{ x }} and {{ input.a }}', '{{ x }} and 7'],
    ['C:\\\\{{ input.a }}', 'C:\\7'],
    ['C:\\\\\\{{ input.a }}', 'C:\\{{ input.a }}'],
    ['a\\b {{ input.a }}', 'a\\b 7'],
    ['{{\n  input\n    .a\n}}', 7],
  ]
  for (const [source, expected] of cases) {
    test(`${JSON.stringify(source)} gives ${JSON.stringify(expected)}`, () => {
      expect(value(source)).toStrictEqual(expected)
    })
  }

  test('is compiled once and cached', () => {
    const source = '{{ input.cached + 1 }}'
    expect(compileTemplate(source)).toBe(compileTemplate(source))
  })

  test('is compiled again after others have replaced it', () => {
    const first = compileTemplate('{{ input.evicted }}')
    for (let i = 0; i < 10_000; i++) compileTemplate(`{{ input.filler + ${i} + 100000000 }}`)
    const again = compileTemplate('{{ input.evicted }}')
    expect(again).not.toBe(first)
    expect(again).toMatchObject({ ok: true, value: { kind: 'value' } })
  })

  test('is still correct after many others were compiled', () => {
    for (let i = 0; i < 5_000; i++)
      expect(run(`{{ ${i} + input.a }}`, { input: { a: 1 } })).toMatchObject({ value: i + 1 })
    expect(run('{{ 7 + input.a }}', { input: { a: 1 } })).toMatchObject({ value: 8 })
  })

  test('without braces is a literal of any length', () => {
    const text = 'x'.repeat(1_000_000)
    const template = compileTemplate(text)
    expect(template.ok && template.value.kind).toBe('literal')
    expect(template.ok && evaluateTemplate(template.value, {})).toStrictEqual({ ok: true, value: text })
  })

  test('only counts the expressions against the source limit', () => {
    expect(run(`${'x'.repeat(100_000)}{{ 1 }}`)).toMatchObject({ ok: true })
    expect(errorOf(`{{ "${'x'.repeat(20_000)}" }}`).code).toBe('expression.too_large')
    expect(errorOf(`{{ "${'x'.repeat(12_000)}" }}{{ "${'x'.repeat(12_000)}" }}`).code).toBe(
      'expression.too_large',
    )
  })
})

describe('the references of a template', () => {
  const references = (source: string) => {
    const template = compileTemplate(source)
    if (!template.ok) throw new Error(template.error.message)
    return templateReferences(template.value)
  }

  test('contain each node with its column', () => {
    expect(references('a {{ nodes.fetch.body }} {{ nodes["my-node"]?.ok ?? nodes?.other }}')).toStrictEqual({
      nodes: [
        { id: 'fetch', column: 12 },
        { id: 'my-node', column: 35 },
        { id: 'other', column: 60 },
      ],
      usesPrev: false,
      usesItem: false,
      usesNodesDynamically: false,
      names: ['nodes'],
    })
  })

  test('show when the node is only known later', () => {
    expect(references('{{ nodes[input.which] }}')).toMatchObject({
      usesNodesDynamically: true,
      names: ['nodes', 'input'],
    })
    expect(references('{{ Object.keys(nodes) }}').usesNodesDynamically).toBe(true)
    expect(references('{{ nodes.a }}').usesNodesDynamically).toBe(false)
  })

  test('contain prev and item, but not parameters of the same name', () => {
    expect(references('{{ prev.id + item.id }}')).toMatchObject({ usesPrev: true, usesItem: true })
    expect(references('{{ index }}').usesItem).toBe(true)
    expect(references('{{ input.map((item, index) => item.prev + index) }}')).toMatchObject({
      usesPrev: false,
      usesItem: false,
      names: ['input'],
    })
    expect(references('{{ input.map(nodes => nodes.a) }}').nodes).toStrictEqual([])
    expect(references('{{ input.map(x => nodes.a.b + x) }}').nodes).toStrictEqual([{ id: 'a', column: 25 }])
  })
})
