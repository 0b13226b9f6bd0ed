// What a definition does with the files of the team. Pure.

type Fields = Record<string, unknown>

const READS = new Set(['file.read', 'file.list', 'data.profile'])
const WRITES = new Set(['file.write', 'file.delete'])

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Accepts any value and skips what does not look like a definition. */
export function fileUses(definition: unknown): { reads: boolean; writes: boolean } {
  const types = nodeTypes(isObject(definition) ? definition.nodes : undefined)
  return { reads: types.some((type) => READS.has(type)), writes: types.some((type) => WRITES.has(type)) }
}

function nodeTypes(nodes: unknown): string[] {
  if (!Array.isArray(nodes)) return []
  return nodes.flatMap((node: unknown) => {
    if (!isObject(node)) return []
    const { type, params } = node
    const body = isObject(params) && isObject(params.body) ? nodeTypes(params.body.nodes) : []
    const mails = type === 'notify.email' && isObject(params) && params.attachments !== undefined
    return [mails ? 'file.read' : String(type), ...body]
  })
}
