// Lists the integrations that a definition and its triggers name, and replaces them with others. Pure: the service looks
// them up in the team.
import type { Location } from '../../../engine/model/problem.ts'
import { credentialOf } from '../../triggers/index.ts'

/** `for` is what the node or trigger uses the integration for. */
export type NamedCredential = { ref: string; at: Location; for: 'requests' | 'webhooks' | 'tools' }

type Fields = Record<string, unknown>

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Accepts any value and skips what does not look like a definition. */
export const credentialsIn = (definition: unknown, triggers: unknown): NamedCredential[] => [
  ...inNodes(isObject(definition) ? definition.nodes : undefined, ['nodes']),
  ...inTriggers(triggers),
]

function inNodes(nodes: unknown, at: Location): NamedCredential[] {
  if (!Array.isArray(nodes)) return []
  return nodes.flatMap((node: unknown, index): NamedCredential[] => {
    if (!isObject(node)) return []
    const here = [...at, index]
    const own =
      typeof node.credential === 'string'
        ? [{ ref: node.credential, at: [...here, 'credential'], for: 'requests' as const }]
        : []
    return [...own, ...inNodes(bodyOf(node)?.nodes, [...here, 'params', 'body', 'nodes'])]
  })
}

function bodyOf({ type, params }: Fields): Fields | undefined {
  const body = type === 'flow.group' && isObject(params) ? params.body : undefined
  return isObject(body) ? body : undefined
}

function inTriggers(triggers: unknown): NamedCredential[] {
  if (!Array.isArray(triggers)) return []
  return triggers.flatMap((trigger: unknown, index): NamedCredential[] => {
    const ref = credentialOf(trigger)
    return ref === null
      ? []
      : [{ ref, at: ['triggers', index, 'auth', 'credential'], for: 'webhooks' as const }]
  })
}

/** A copy of the definition with the integrations renamed. */
export function renameCredentials<T>(definition: T, rename: (ref: string) => string): T {
  if (!isObject(definition) || !Array.isArray(definition.nodes)) return definition
  return { ...definition, nodes: definition.nodes.map((node) => renamedNode(node, rename)) }
}

function renamedNode(node: unknown, rename: (ref: string) => string): unknown {
  if (!isObject(node)) return node
  const own = typeof node.credential === 'string' ? { credential: rename(node.credential) } : {}
  const body = bodyOf(node)
  const inner =
    body === undefined
      ? {}
      : { params: { ...(node.params as Fields), body: renameCredentials(body, rename) } }
  return { ...node, ...own, ...inner }
}

export const renameInTriggers = <T>(triggers: T[], rename: (ref: string) => string): T[] =>
  triggers.map((trigger) => {
    const ref = credentialOf(trigger)
    if (ref === null) return trigger
    const { auth } = trigger as Fields
    return { ...trigger, auth: { ...(auth as Fields), credential: rename(ref) } }
  })
