import type { BuiltIn } from './built-in.ts'

export const salesReport: BuiltIn = {
  id: 'tpl_builtin_sales_report',
  name: 'Sales report',
  description: 'Filters, groups and sorts a list of sales, and writes a line for each country.',
  category: 'data',
  variables: {
    type: 'object',
    additionalProperties: false,
    properties: {
      least: { type: 'number', default: 0, description: 'Leaves out sales below this amount.' },
      title: { type: 'string', maxLength: 200, default: 'Sales by country' },
    },
  },
  definition: {
    inputs: {
      type: 'object',
      required: ['sales'],
      properties: {
        sales: {
          type: 'array',
          items: {
            type: 'object',
            required: ['country', 'total'],
            properties: { country: { type: 'string' }, total: { type: 'number' } },
          },
        },
      },
    },
    nodes: [
      {
        id: 'counted',
        type: 'data.filter',
        params: { items: '{{ input.sales }}', condition: '{{ item.total >= {{= least }} }}' },
      },
      {
        id: 'grouped',
        type: 'data.aggregate',
        params: {
          items: '{{ nodes.counted }}',
          groupBy: '{{ item.country }}',
          fields: { sales: { op: 'count' }, total: { op: 'sum', value: '{{ item.total }}' } },
        },
      },
      {
        id: 'sorted',
        type: 'data.sort',
        params: { items: '{{ nodes.grouped }}', by: '{{ item.total }}', order: 'desc' },
      },
      {
        id: 'lines',
        type: 'data.map',
        params: {
          items: '{{ nodes.sorted }}',
          value: '{{ index + 1 }}. {{ item.group }}: {{ item.total }} in {{ item.sales }} sales',
        },
      },
    ],
    edges: [
      { from: 'counted', to: 'grouped' },
      { from: 'grouped', to: 'sorted' },
      { from: 'sorted', to: 'lines' },
    ],
    output: { title: '{{= title }}', countries: '{{ nodes.sorted }}', text: "{{ nodes.lines.join('\\n') }}" },
  },
}
