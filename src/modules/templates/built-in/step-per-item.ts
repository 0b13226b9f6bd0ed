import type { BuiltIn } from './built-in.ts'

export const stepPerItem: BuiltIn = {
  id: 'tpl_builtin_step_per_item',
  name: 'Steps for each item',
  description: 'Runs a few steps for each item of a list, several items at a time, and collects the results.',
  category: 'basics',
  variables: {
    type: 'object',
    additionalProperties: false,
    properties: {
      concurrency: {
        type: 'integer',
        minimum: 1,
        maximum: 100,
        default: 4,
        description: 'The number of items processed at a time.',
      },
    },
  },
  definition: {
    inputs: {
      type: 'object',
      required: ['items'],
      properties: { items: { type: 'array', maxItems: 1000 } },
    },
    nodes: [
      {
        id: 'each',
        type: 'flow.group',
        each: { items: '{{ input.items }}', concurrency: '{{= concurrency }}' },
        params: {
          body: {
            nodes: [
              {
                id: 'label',
                type: 'data.set',
                params: { values: { place: '{{ index + 1 }}', item: '{{ item }}' } },
              },
              {
                id: 'done',
                type: 'data.set',
                params: { keep: true, values: { text: '{{ nodes.label.place }}: {{ nodes.label.item }}' } },
              },
            ],
            edges: [{ from: 'label', to: 'done' }],
            output: '{{ nodes.done.text }}',
          },
        },
      },
      {
        id: 'summary',
        type: 'data.set',
        params: { values: { count: '{{ nodes.each.length }}', texts: '{{ nodes.each }}' } },
      },
    ],
    edges: [{ from: 'each', to: 'summary' }],
    output: '{{ nodes.summary }}',
  },
}
