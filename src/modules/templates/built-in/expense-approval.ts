import type { BuiltIn } from './built-in.ts'

export const expenseApproval: BuiltIn = {
  id: 'tpl_builtin_expense_approval',
  name: 'Expense approval',
  description:
    'Approves small expenses and asks a person about the others. Without an answer in time, the expense is rejected.',
  category: 'people',
  variables: {
    type: 'object',
    additionalProperties: false,
    properties: {
      limit: {
        type: 'number',
        minimum: 0,
        default: 100,
        description: 'Expenses up to this amount need no approval.',
      },
      timeoutMs: {
        type: 'integer',
        minimum: 1000,
        maximum: 31_536_000_000,
        default: 172_800_000,
        description: 'The time limit for an answer.',
      },
    },
  },
  definition: {
    inputs: {
      type: 'object',
      required: ['amount', 'purpose'],
      properties: { amount: { type: 'number', minimum: 0 }, purpose: { type: 'string', maxLength: 400 } },
    },
    nodes: [
      { id: 'small', type: 'flow.if', params: { condition: '{{ input.amount <= {{= limit }} }}' } },
      {
        id: 'ask',
        type: 'flow.approval',
        params: {
          title: 'Expense of {{ input.amount }}',
          message: '{{ input.purpose }}',
          timeoutMs: '{{= timeoutMs }}',
          onTimeout: 'reject',
        },
      },
      { id: 'paid', type: 'data.set', params: { values: { status: 'paid', amount: '{{ input.amount }}' } } },
      {
        id: 'refused',
        type: 'data.set',
        params: { values: { status: 'refused', comment: '{{ nodes.ask.comment }}' } },
      },
    ],
    edges: [
      { from: 'small', to: 'paid', port: 'true' },
      { from: 'small', to: 'ask', port: 'false' },
      { from: 'ask', to: 'paid', port: 'approved' },
      { from: 'ask', to: 'refused', port: 'rejected' },
    ],
    output: '{{ nodes.paid ?? nodes.refused }}',
  },
}
