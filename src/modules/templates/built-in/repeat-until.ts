import type { BuiltIn } from './built-in.ts'

export const repeatUntil: BuiltIn = {
  id: 'tpl_builtin_repeat_until',
  name: 'Repeat until done',
  description: 'A loop that repeats a step until a condition is true, with a limit on the rounds.',
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
        description: 'The maximum number of rounds.',
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
