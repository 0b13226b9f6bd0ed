import * as z from 'zod'
import type { Body, Definition, Edge, Node } from '../../../src/engine/model/definition.ts'
import { type NodeTypeInfo, nodeTypes } from '../../../src/engine/model/node-type.ts'

const anything = z.record(z.string(), z.unknown())

const info = (type: string, rest: Partial<NodeTypeInfo> = {}): NodeTypeInfo => ({
  type,
  params: anything,
  ports: () => ['main'],
  pure: false,
  needsCredential: false,
  effectful: true,
  ...rest,
})

/** A loop with calls, one of them a group. The workflow around it may use the same names. */
function bossBody({ effect }: Node): Body {
  return {
    nodes: [
      { id: 'n0', type: 'data.set' },
      { id: 'n1', type: 'inner', ...(effect ? { effect } : {}) },
      {
        id: 'n2',
        type: 'flow.group',
        each: { items: [], onItemError: 'collect' },
        params: { body: { nodes: [{ id: 'n3', type: 'inner' }] } },
      },
      { id: 'n4', type: 'data.set' },
    ],
    edges: [
      { from: 'n0', to: 'n1' },
      { from: 'n1', to: 'n2', port: 'more' },
      { from: 'n2', to: 'n1', back: true, maxIterations: 4 },
      { from: 'n1', to: 'n4' },
    ],
  }
}

/** A small registry with the structure of the real one. */
export const TYPES = nodeTypes([
  info('data.set', {
    pure: true,
    effectful: false,
    params: z.strictObject({ values: anything.optional(), count: z.number().int().max(10).optional() }),
  }),
  info('http.request', {
    params: z.strictObject({ url: z.url(), method: z.enum(['GET', 'POST']).optional() }),
  }),
  info('work'),
  info('mail.send', { needsCredential: true }),
  info('flow.if', {
    pure: true,
    effectful: false,
    ports: () => ['true', 'false'],
    conditions: ['condition', 'cases[].when', 'deep.until'],
  }),
  info('flow.merge', { kind: 'merge', pure: true, effectful: false }),
  info('flow.group', { kind: 'group', pure: false, effectful: false }),
  info('boss', { kind: 'group', effectful: false, body: bossBody }),
  info('inner', { internal: true }),
  info('flow.wait', { effectful: false }),
  info('later', { deferred: ['per'] }),
  info('pause', { pure: true, effectful: false, mayWait: true }),
  info('ask', { pure: true, effectful: false }),
  info('flow.approval', { effectful: false, ports: () => ['approved', 'rejected', 'timeout'] }),
])

export const node = (id: string, type = 'work', rest: Partial<Node> = {}): Node => ({ id, type, ...rest })
export const pure = (id: string, rest: Partial<Node> = {}): Node => node(id, 'data.set', rest)

/** `a>b`, `a:port>b`, and `a~>b` for a back edge. */
export function edges(...texts: string[]): Edge[] {
  return texts.map((text) => {
    const back = text.includes('~>')
    const [source, to] = text.split(back ? '~>' : '>') as [string, string]
    const [from, port] = source.split(':') as [string, string?]
    return { from, to, ...(port ? { port } : {}), ...(back ? { back } : {}) }
  })
}

export const flow = (nodes: Node[], arcs: string[] = [], rest: Partial<Definition> = {}): Definition => ({
  nodes,
  edges: edges(...arcs),
  ...rest,
})

export const group = (id: string, nodes: Node[], arcs: string[] = [], rest: Partial<Node> = {}): Node =>
  node(id, 'flow.group', { ...rest, params: { body: { nodes, edges: edges(...arcs) } } })
