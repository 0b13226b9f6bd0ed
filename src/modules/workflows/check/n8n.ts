/** n8n stores edges in `connections` by node name, and parameters in `parameters`. Our format has neither field. */
export function looksLikeN8n(value: Record<string, unknown>): boolean {
  if (!Array.isArray(value.nodes)) return false
  if (typeof value.connections === 'object' && value.connections !== null) return true
  return value.nodes.some(
    (node: unknown) =>
      typeof node === 'object' &&
      node !== null &&
      'typeVersion' in node &&
      ('parameters' in node || 'position' in node),
  )
}
