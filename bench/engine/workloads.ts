// The definitions that are executed. Every step is a node with its own recorded outcome.

type Node = Record<string, unknown> & { id: string; type: string }
type Definition = { nodes: Node[]; edges: { from: string; to: string }[]; [more: string]: unknown }

const inLine = (nodes: Node[]): Definition => ({
  nodes,
  edges: nodes.slice(1).map(({ id }, index) => ({ from: nodes[index]?.id ?? '', to: id })),
})

/** `length` trivial steps in sequence, each with an output. */
export const line = (length: number): Definition =>
  inLine(Array.from({ length }, (_, n) => ({ id: `s${n}`, type: 'data.set', params: { values: { n } } })))

/** A step for each item of the input, and a step that joins them. */
export const each: Definition = inLine([
  {
    id: 'map',
    type: 'data.set',
    each: { items: '{{ input.items }}' },
    params: { values: { double: '{{ item * 2 }}' } },
  },
  { id: 'join', type: 'data.set', params: { values: { count: '{{ nodes.map.length }}' } } },
])

export const itemsOf = (count: number): { items: number[] } => ({
  items: Array.from({ length: count }, (_, n) => n),
})

/** Five calls in sequence, each answered before the next. */
export const calls = (url: string): Definition =>
  inLine(
    Array.from({ length: 5 }, (_, n) => ({
      id: `c${n}`,
      type: 'http.request',
      params: { url: `${url}?n=${n}` },
    })),
  )

/** A step, and a call that ends the run. */
export const oneCall = (url: string): Definition =>
  inLine([
    { id: 's0', type: 'data.set', params: { values: { n: 0 } } },
    { id: 'c0', type: 'http.request', params: { url } },
  ])

export const answered: Definition = inLine([
  { id: 'set', type: 'data.set', params: { values: { hello: '{{ input.body.name }}' } } },
  { id: 'say', type: 'flow.respond', params: { status: 200, body: '{{ prev }}' } },
])
