// Mocked outcomes of nodes, for tests and drafts. The run, the dry run and the check at the start all use this code, so they agree on
// where a mocked node continues.
import type { Json } from '../core/json.ts'
import type { Pointer } from '../core/pointer.ts'
import { portsOf } from '../engine/compile/ports.ts'
import type { Node } from '../engine/model/definition.ts'
import type { NodeError } from '../engine/model/event.ts'
import { NodeFailure, type NodeResult, type NodeType } from './node.ts'

/** Either an outcome or an error. */
export type Mock = { output?: Json; port?: string; error?: Json }

/** `computed`: decided by the node's own parameters, as in a run without the mock. */
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

/** Why a mock cannot be used, with the field at fault. */
export function mockFault(
  type: NodeType | undefined,
  node: Node,
  mock: Mock,
): { field: Pointer; message: string } | null {
  if (type?.kind === 'group' && type.body === undefined)
    return { field: '', message: 'A group cannot be mocked. Mock the nodes inside it instead.' }
  if (mock.error !== undefined) return null
  const ports = portsOf(type, node)
  const names = (ports ?? []).map((name) => `"${name}"`).join(', ')
  if (mock.port !== undefined && ports !== undefined && !ports.includes(mock.port))
    return { field: '/port', message: `The node does not have this port. Its ports are ${names}.` }
  if (wayOf(type, node, mock) === 'open')
    return {
      field: '/port',
      message: `The output does not determine the port. Set one of ${names}.`,
    }
  return null
}

/** The result of the mocked node. Calls `compute` only if its parameters decide the port. */
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
    throw new NodeFailure({ code: 'mock.port_missing', message: 'The mock has no port', retryable: false })
  if (way !== 'computed') return { output, port: way.port }
  const result = compute()
  return 'output' in result ? { ...result, output } : result
}

/** A node error from `{ code, message }` or from a text, which is the message. */
export function mockError(error: Json): NodeError {
  const { code, message } = (
    typeof error === 'object' && error !== null && !Array.isArray(error) ? error : {}
  ) as Record<string, unknown>
  const text = typeof error === 'string' ? error : message
  return {
    code: typeof code === 'string' && code !== '' ? code : 'node.mocked',
    message: typeof text === 'string' && text !== '' ? text : 'The mock fails the node',
    retryable: false,
  }
}
