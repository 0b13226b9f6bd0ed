import type { BuiltIn } from './built-in.ts'

export const orderTriage: BuiltIn = {
  id: 'tpl_builtin_order_triage',
  name: 'Order triage',
  description: 'Branches on the total of an order, marks large orders for review, and merges the branches.',
  category: 'basics',
  variables: {
    type: 'object',
    additionalProperties: false,
    properties: {
      threshold: {
        type: 'number',
        minimum: 0,
        default: 1000,
        description: 'Orders with at least this total are large.',
      },
      greeting: { type: 'string', maxLength: 200, default: 'Thank you' },
    },
  },
  definition: {
    inputs: {
      type: 'object',
      required: ['orderId', 'total'],
      properties: { orderId: { type: 'string' }, total: { type: 'number' } },
    },
    nodes: [
      {
        id: 'order',
        type: 'data.set',
        params: {
          values: {
            id: '{{ input.orderId }}',
            total: '{{ input.total }}',
            net: '{{ Math.round(input.total / 1.19) }}',
          },
        },
      },
      { id: 'large', type: 'flow.if', params: { condition: '{{ nodes.order.total >= {{= threshold }} }}' } },
      {
        id: 'review',
        type: 'data.set',
        name: 'Needs a second look',
        params: { values: { handling: 'review', text: 'Order {{ input.orderId }} needs a second look.' } },
      },
      {
        id: 'accept',
        type: 'data.set',
        name: 'Goes through',
        params: {
          values: {
            handling: 'automatic',
            text: '{{= greeting }}, order {{ input.orderId }} is on its way.',
          },
        },
      },
      { id: 'decided', type: 'flow.merge' },
    ],
    edges: [
      { from: 'order', to: 'large' },
      { from: 'large', to: 'review', port: 'true' },
      { from: 'large', to: 'accept', port: 'false' },
      { from: 'review', to: 'decided' },
      { from: 'accept', to: 'decided' },
    ],
    output:
      '{{ ({ orderId: input.orderId, net: nodes.order.net, ...(nodes.decided.review ?? nodes.decided.accept) }) }}',
  },
}
