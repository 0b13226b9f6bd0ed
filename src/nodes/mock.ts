// An outcome that stands in for a node, in tests and on drafts. The run, the dry run and the check at the start all read it
// here, so that they agree on where a mocked node goes on.

import type { Json } from '../core/json.ts'
import type { Pointer } from '../core/pointer.ts'
import { portsOf } from '../engine/compile/ports.ts'
import type { Node } from '../engine/model/definition.ts'
import type { NodeError } from '../engine/model/event.ts'
import { NodeFailure, type NodeResult, type NodeType } from './node.ts'

/** Either an outcome or an error. */
export type Mock = { output?: Json; port?: string; error?: Json }

/** `computed`: the node's own parameters say it, as in a run without the mock. */
type Way = { port: string } | 'computed' | 'open'

function wayOf(type: NodeType | undefined, node: Node, mock: Mock): Way {
  if (mock.port !== undefined) return { port: mock.port }
  const ports = portsOf(type, node) ?? []
  const [first] = ports
  if (type === undefined) return { port: 'main' }
  if (type.mockPort === 'computed') return 'computed'
  if (ports.length === 1 && first !== undefined) return { port: first }
  const port = type.mockPort?.(mock.output ?? null)
  return port === undefined ? 'open' : { port }
}

/** Why nothing could be made of a mock, with the field that it is about. */
export function mockFault(
  type: NodeType | undefined,
  node: Node,
  mock: Mock,
): { field: Pointer; message: string } | null {
  if (type?.kind === 'group' && type.body === undefined)
    return { field: '', message: 'A group cannot be stood in for; name the nodes inside it.' }
  if (mock.error !== undefined) return null
  const ports = portsOf(type, node)
  const names = (ports ?? []).map((name) => `"${name}"`).join(', ')
  if (mock.port !== undefined && ports !== undefined && !ports.includes(mock.port))
    return { field: '/port', message: `The node has no such port; its ports are ${names}.` }
  if (wayOf(type, node, mock) === 'open')
    return {
      field: '/port',
      message: `The output does not say where the node goes on; name a port: ${names}.`,
    }
  return null
}

/** What the node comes to. `compute` is asked only where its parameters decide. */
export function mockResult(
  type: NodeType | undefined,
  node: Node,
  mock: Mock,
  compute: () => NodeResult,
): NodeResult {
  if (mock.error !== undefined) return { error: mockError(mock.error) }
  const way = wayOf(type, node, mock)
  const output = mock.output ?? null
  if (way === 'open')
    throw new NodeFailure({ code: 'mock.port_missing', message: 'The mock names no port', retryable: false })
  if (way !== 'computed') return { output, port: way.port }
  const result = compute()
  return 'output' in result ? { ...result, output } : result
}

/** As an error of a node: `{ code, message }`, or a text that is the message. */
export function mockError(error: Json): NodeError {
  const { code, message } = (
    typeof error === 'object' && error !== null && !Array.isArray(error) ? error : {}
  ) as Record<string, unknown>
  const text = typeof error === 'string' ? error : message
  return {
    code: typeof code === 'string' && code !== '' ? code : 'node.mocked',
    message: typeof text === 'string' && text !== '' ? text : 'A mock says that the node fails',
    retryable: false,
  }
}
