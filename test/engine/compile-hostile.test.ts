import { describe, expect, test } from 'vitest'
import { compile } from '../../src/engine/compile/index.ts'
import { LIMITS } from '../../src/engine/model/definition.ts'
import { NODE_TYPES } from '../../src/nodes/registry.ts'
import { startProcessorTime } from '../helpers/processor-time.ts'

const id = (index: number) => `${'n'.repeat(30)}${String(index).padStart(8, '0')}`
const unknown = (index: number) => `${'m'.repeat(30)}${String(index).padStart(8, '0')}`
const nodes = (count: number, more: (index: number) => object = () => ({})) =>
  Array.from({ length: count }, (_, index) => ({ id: id(index), type: 'flow.noop', ...more(index) }))

/** Each of these takes minutes if names are compared, or ports searched, without a limit. */
const HOSTILE: [string, object][] = [
  [
    'edges to nodes that do not exist',
    {
      nodes: nodes(1_000),
      edges: Array.from({ length: 9_000 }, (_, index) => ({ from: id(index % 1_000), to: unknown(index) })),
    },
  ],
  [
    'expressions that name nodes that do not exist',
    {
      nodes: nodes(1_000, () => ({
        when: `{{ ${Array.from({ length: 15 }, (_, index) => `nodes.${unknown(index)}`).join(' || ')} }}`,
      })),
    },
  ],
  [
    'regular expressions that are dear to read',
    {
      nodes: nodes(1_000, (index) => ({
        when: `{{ /${'\\pL'.repeat(220)}${index}/i.test("a") }}`,
      })),
    },
  ],
  [
    'short regular expressions that stand for large programs',
    {
      nodes: [
        {
          id: 'a',
          type: 'data.set',
          params: {
            values: Object.fromEntries(
              Array.from({ length: 20_000 }, (_, index) => [
                `k${index}`,
                `{{ /\\pL{9${index % 90}}/.test("") }}`,
              ]),
            ),
          },
        },
      ],
    },
  ],
  [
    'many edges from many ports',
    {
      nodes: [
        {
          id: 'choose',
          type: 'flow.switch',
          params: { cases: Array.from({ length: 9_000 }, (_, index) => ({ equals: 1, port: `p${index}` })) },
        },
        { id: 'then', type: 'flow.noop' },
      ],
      edges: Array.from({ length: 9_000 }, (_, index) => ({ from: 'choose', to: 'then', port: `p${index}` })),
    },
  ],
  [
    'many unknown fields',
    {
      nodes: [
        {
          id: 'a',
          type: 'flow.noop',
          ...Object.fromEntries(Array.from({ length: 70_000 }, (_, index) => [`x${index}`, 1])),
        },
      ],
    },
  ],
]

describe('a definition of the maximum size is checked quickly, whatever it contains', () => {
  test.each(HOSTILE)('%s', (_, definition) => {
    expect(JSON.stringify(definition).length).toBeLessThan(LIMITS.definitionBytes)
    const spentMs = startProcessorTime()
    const result = compile(definition, NODE_TYPES)
    const ms = spentMs()
    expect(result.ok).toBe(false)
    if (!result.ok) expect(JSON.stringify(result.error).length).toBeLessThan(500_000)
    expect(ms).toBeLessThan(8_000)
  })

  test('the first unknown names still get a hint', () => {
    const result = compile({ nodes: nodes(2), edges: [{ from: id(0), to: `${id(1)}x` }] }, NODE_TYPES)
    expect(!result.ok && result.error[0]?.hint).toBe(`Did you mean "${id(1)}"?`)
  })
})
