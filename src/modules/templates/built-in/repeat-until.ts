import type { BuiltIn } from './built-in.ts'

export const repeatUntil: BuiltIn = {
  id: 'tpl_builtin_repeat_until',
  name: 'Repeat until done',
  description: 'A loop: does a step again and again until a condition holds, with a bound on the rounds.',
  category: 'basics',
  variables: {
    type: 'object',
    additionalProperties: false,
    properties: {
      rounds: {
        type: 'integer',
        minimum: 1,
        maximum: 10_000,
        default: 100,
        description: 'No more rounds than this.',
      },
    },
  },
  definition: {
    inputs: {
      type: 'object',
      properties: { start: { type: 'number', default: 1 }, target: { type: 'number', default: 100 } },
    },
    nodes: [
      {
        id: 'double',
        type: 'data.set',
        params: { values: { value: '{{ (nodes.double?.value ?? input.start) * 2 }}' } },
      },
      { id: 'done', type: 'flow.if', params: { condition: '{{ nodes.double.value >= input.target }}' } },
      { id: 'result', type: 'data.set', params: { values: { value: '{{ nodes.double.value }}' } } },
    ],
    edges: [
      { from: 'double', to: 'done' },
      { from: 'done', to: 'double', port: 'false', back: true, maxIterations: '{{= rounds }}' },
      { from: 'done', to: 'result', port: 'true' },
    ],
    output: '{{ nodes.result }}',
  },
}
