// Assembles the output of models from its pieces.

export type Delta = {
  path: string
  attempt: number
  kind: 'text' | 'reasoning' | 'tool'
  text: string
  id?: string | undefined
  name?: string | undefined
}
export type Part = { kind: Delta['kind']; id: string | null; name: string | null; text: string }
export type ModelOutput = { path: string; attempt: number; parts: readonly Part[] }

/** By path, in the order in which they started. */
export type ModelOutputs = ReadonlyMap<string, ModelOutput>

/** Consecutive pieces of one kind and one call form a part. Another attempt starts from the beginning. */
export function addDeltas(all: ModelOutputs, deltas: readonly Delta[]): ModelOutputs {
  if (deltas.length === 0) return all
  const next = new Map(all)
  for (const { path, attempt, kind, text, id = null, name = null } of deltas) {
    const known = next.get(path)
    if (known !== undefined && known.attempt > attempt) continue
    const parts = known?.attempt === attempt ? known.parts : []
    const last = parts.at(-1)
    const isSame = last !== undefined && last.kind === kind && last.id === id
    next.set(path, {
      path,
      attempt,
      parts: isSame
        ? parts.with(-1, { ...last, text: last.text + text })
        : [...parts, { kind, id, name, text }],
    })
  }
  return next
}
