// The sample workflows of a new installation. The tour shows a retry, a fan-out, a branch and an approval in one run.
// It only calls this server.
type Sample = { name: string; description: string; tags: string[]; definition: Record<string, unknown> }

export const TOUR = 'Tour: an order'

const tour = (serverUrl: string): Sample => ({
  name: TOUR,
  description:
    'Fetches from an endpoint that fails twice, prices each line, and asks before a large order goes out.',
  tags: ['sample'],
  definition: {
    name: TOUR,
    inputs: {
      type: 'object',
      required: ['order', 'lines'],
      properties: {
        order: { type: 'string', maxLength: 100 },
        lines: {
          type: 'array',
          maxItems: 1000,
          items: { type: 'object', required: ['sku', 'price', 'quantity'] },
        },
      },
    },
    nodes: [
      {
        id: 'fetch',
        type: 'http.request',
        name: 'An endpoint that fails twice',
        params: { url: `${serverUrl}/dev/flaky/{{ run.id }}?failures=2` },
        retry: { attempts: 5, delayMs: 400, factor: 2 },
      },
      {
        id: 'price',
        type: 'data.set',
        name: 'Once for each line',
        each: { items: '{{ input.lines }}' },
        params: { values: { sku: '{{ item.sku }}', total: '{{ item.price * item.quantity }}' } },
      },
      {
        id: 'sum',
        type: 'data.aggregate',
        params: { items: '{{ nodes.price }}', fields: { total: { op: 'sum', value: '{{ item.total }}' } } },
      },
      { id: 'large', type: 'flow.if', params: { condition: '{{ nodes.sum.total > 1000 }}' } },
      {
        id: 'ask',
        type: 'flow.approval',
        params: {
          title: 'Ship {{ input.order }} for {{ nodes.sum.total }}?',
          timeoutMs: 86_400_000,
          onTimeout: 'reject',
        },
      },
      {
        id: 'ship',
        type: 'data.set',
        params: { values: { order: '{{ input.order }}', total: '{{ nodes.sum.total }}', shipped: true } },
      },
      {
        id: 'refuse',
        type: 'data.set',
        params: { values: { order: '{{ input.order }}', shipped: false, why: '{{ nodes.ask.comment }}' } },
      },
    ],
    edges: [
      { from: 'fetch', to: 'price' },
      { from: 'price', to: 'sum' },
      { from: 'sum', to: 'large' },
      { from: 'large', to: 'ask', port: 'true' },
      { from: 'large', to: 'ship', port: 'false' },
      { from: 'ask', to: 'ship', port: 'approved' },
      { from: 'ask', to: 'refuse', port: 'rejected' },
    ],
    output: '{{ nodes.ship ?? nodes.refuse }}',
  },
})

const greeting: Sample = {
  name: 'Hello',
  description: 'Two steps and an output.',
  tags: ['sample'],
  definition: {
    nodes: [
      { id: 'name', type: 'data.set', params: { values: { name: "{{ input?.name ?? 'world' }}" } } },
      { id: 'greet', type: 'data.set', params: { values: { text: 'Hello, {{ nodes.name.name }}!' } } },
    ],
    edges: [{ from: 'name', to: 'greet' }],
    output: '{{ nodes.greet.text }}',
  },
}

export const samples = (serverUrl: string): Sample[] => [greeting, tour(serverUrl)]

/** A small order is approved automatically, a large one needs an approval. */
export const tourInput = (large: boolean) => ({
  order: large ? 'A-1002' : 'A-1001',
  lines: [
    { sku: 'lens', price: 120, quantity: large ? 10 : 2 },
    { sku: 'tripod', price: 45, quantity: 1 },
  ],
})
