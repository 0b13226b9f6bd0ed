// What a definition does with the files of the team, and what else its nodes do that has a scope of its own. Pure. A parameter that
// is only known at run time counts as one that names files.
import type { Scope } from '../../../http/scopes.ts'
import { isFixed } from '../../../nodes/fixed.ts'

type Fields = Record<string, unknown>
type Node = { type: string; params: Fields }

const READS = new Set(['file.read', 'file.list', 'data.profile', 'deploy.site'])
const WRITES = new Set(['file.write', 'file.delete'])

const SCOPE_OF_NODE: Readonly<Record<string, Scope>> = {
  'flow.workflow': 'runs:write',
  'deploy.site': 'deployments:write',
  'notify.user': 'notify:write',
}

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Accepts any value and skips what does not look like a definition. */
export function fileUses(definition: unknown): { reads: boolean; writes: boolean } {
  const nodes = nodesIn(isObject(definition) ? definition.nodes : undefined)
  return { reads: nodes.some(readsFiles), writes: nodes.some(writesFiles) }
}

/** The scopes that an API key needs to do itself what the nodes do. */
export const scopesOfNodes = (definition: unknown): { type: string; scope: Scope }[] =>
  nodesIn(isObject(definition) ? definition.nodes : undefined).flatMap(({ type }) => {
    const scope = Object.hasOwn(SCOPE_OF_NODE, type) ? SCOPE_OF_NODE[type] : undefined
    return scope === undefined ? [] : [{ type, scope }]
  })

const readsFiles = ({ type, params }: Node): boolean =>
  READS.has(type) ||
  (type === 'notify.email' && params.attachments !== undefined) ||
  // Messages may contain files as parts.
  (type.startsWith('ai.') && !isFixed(params.messages))

const writesFiles = ({ type, params }: Node): boolean =>
  WRITES.has(type) ||
  (type === 'http.request' && (params.responseType === 'file' || !isFixed(params.responseType)))

function nodesIn(nodes: unknown): Node[] {
  if (!Array.isArray(nodes)) return []
  return nodes.flatMap((node: unknown) => {
    if (!isObject(node)) return []
    const params = isObject(node.params) ? node.params : {}
    const body = isObject(params.body) ? nodesIn(params.body.nodes) : []
    return [{ type: String(node.type), params }, ...body]
  })
}
