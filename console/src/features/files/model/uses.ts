// What uses a file, in a sentence.
import { plural } from '../../../ui/format/time.ts'

type Kind = 'run' | 'task' | 'agent' | 'deployment'

const KINDS: Kind[] = ['run', 'task', 'agent', 'deployment']
/** The server lists no more. */
const MOST = 100

/** `2 runs and 1 deployment used it.` Empty if nothing has used it. */
export function usesText(uses: readonly { kind: Kind }[]): string {
  const counts = KINDS.map((kind) => ({ kind, n: uses.filter((one) => one.kind === kind).length }))
  const parts = counts.filter(({ n }) => n > 0).map(({ kind, n }) => plural(n, kind))
  if (parts.length === 0) return ''
  const last = parts.pop()
  const list = parts.length === 0 ? last : `${parts.join(', ')} and ${last}`
  return uses.length < MOST ? `${list} used it.` : `${list} and more used it.`
}
