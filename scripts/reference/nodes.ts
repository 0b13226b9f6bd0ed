import { stringify } from 'yaml'
import { Body, DEFAULTS, Edge, Node } from '../../src/engine/model/definition.ts'
import { describeNodeTypes, type NodeTypeDescription } from '../../src/nodes/describe.ts'
import { nodeOf } from '../../src/nodes/registry.ts'
import { code, knownSchemas, markdownTable, tableOf } from './schema-table.ts'

const KNOWN = knownSchemas([
  [Node, '[node](definition.md#node)'],
  [Edge, '[edge](definition.md#edge)'],
  [Body, '[body](definition.md#body)'],
])

export function nodesPage(): string {
  const types = describeNodeTypes()
  return `# Nodes

All node types with their parameters and outputs. The fields that every node has, such as \`retry\`, \`each\` and
\`when\`, are in [Definition](definition.md#node). Any string in the parameters can contain [expressions](../expressions.md).

A node continues at one of its ports. With \`onError: route\`, a failed node continues at \`error\`. By default, an attempt can
take ${(DEFAULTS.timeoutMs / 1000).toFixed(0)} seconds; \`timeoutMs\` changes that.

${markdownTable(
  ['Type', 'Function'],
  types.map(({ type, summary }) => [`[${code(type)}](#${type.replace('.', '').toLowerCase()})`, summary]),
)}

${types.map(nodeSection).join('\n\n')}
`
}

function nodeSection(one: NodeTypeDescription): string {
  const hasParams = Object.keys((one.params.properties ?? {}) as object).length > 0
  return `## ${one.type}

${one.summary}

- **Ports:** ${portsText(one)}
- **Output:** ${one.output}
- **Work:** ${workText(one)}

${hasParams ? tableOf(one.params, KNOWN) : 'It has no parameters.'}

\`\`\`yaml
${stringify(exampleOf(one), { lineWidth: 0, aliasDuplicateObjects: false }).trimEnd()}
\`\`\``
}

function portsText({ type, ports }: NodeTypeDescription): string {
  const names = ports.map(code).join(', ')
  return dependsOnParams(type, ports) ? `defined by its parameters; in the example ${names}` : names
}

function dependsOnParams(type: string, ports: readonly string[]): boolean {
  try {
    return nodeOf(type)?.ports({}).join() !== ports.join()
  } catch {
    return true
  }
}

function workText({
  type,
  pure,
  needsCredential,
  takesCredential,
  defaultTimeoutMs,
}: NodeTypeDescription): string {
  const node = nodeOf(type)
  const parts: string[] = []
  if (node?.kind === 'group') parts.push('none itself; its nodes behave as usual')
  else if (pure) parts.push('computes immediately, without a time limit or a slot of `maxParallel`')
  else if (node?.effectful)
    parts.push('has external effects; an attempt after a crash has the same idempotency key')
  else parts.push('reads external data, or waits')
  if (defaultTimeoutMs !== null && defaultTimeoutMs !== DEFAULTS.timeoutMs)
    parts.push(`an attempt may take ${defaultTimeoutMs / 1000} seconds`)
  if (needsCredential) parts.push('requires a credential')
  else if (takesCredential) parts.push('can use an integration as its `credential`')
  return `${parts.join('; ')}.`
}

/**
 * A workflow around the example: a credential if it needs one, a node before it if it reads from one, and a node at
 * each port if there are several.
 */
export function exampleOf({ type, example, ports, needsCredential }: NodeTypeDescription) {
  const id = type.split('.')[1] ?? type
  const needsBefore = /\bprev\b/.test(JSON.stringify(example)) || nodeOf(type)?.kind === 'merge'
  const before = { id: 'order', type: 'data.set', params: { values: { price: 2, total: 1_500 } } }
  const targets = ports.length > 1 ? ports.map((port) => ({ id: `on-${port}`, type: 'flow.noop' })) : []
  const edges = [
    ...(needsBefore ? [{ from: before.id, to: id }] : []),
    ...(ports.length > 1 ? ports.map((port) => ({ from: id, port, to: `on-${port}` })) : []),
  ]
  return {
    nodes: [
      ...(needsBefore ? [before] : []),
      {
        id,
        type,
        ...(needsCredential ? { credential: 'My integration' } : {}),
        ...(Object.keys(example).length > 0 ? { params: example } : {}),
      },
      ...targets,
    ],
    ...(edges.length > 0 ? { edges } : {}),
  }
}
