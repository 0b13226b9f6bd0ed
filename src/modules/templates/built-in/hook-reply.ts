import type { BuiltIn } from './built-in.ts'

export const hookReply: BuiltIn = {
  id: 'tpl_builtin_hook_reply',
  name: 'Webhook with a response',
  description: 'Receives a request at its own URL and responds with the result of the workflow.',
  category: 'triggers',
  variables: {
    type: 'object',
    additionalProperties: false,
    properties: { status: { type: 'integer', minimum: 200, maximum: 599, default: 200 } },
  },
  triggers: [{ type: 'webhook', key: 'hook', methods: ['POST'], respond: 'on-respond' }],
  definition: {
    nodes: [
      {
        id: 'read',
        type: 'data.set',
        params: {
          values: {
            name: "{{ input?.body?.name ?? 'stranger' }}",
            fields: '{{ Object.keys(input?.body ?? {}).length }}',
          },
        },
      },
      {
        id: 'answer',
        type: 'flow.respond',
        params: {
          status: '{{= status }}',
          body: { hello: '{{ nodes.read.name }}', fields: '{{ nodes.read.fields }}' },
        },
      },
    ],
    edges: [{ from: 'read', to: 'answer' }],
    output: '{{ nodes.answer.body }}',
  },
}
