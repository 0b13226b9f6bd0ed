// The activations that wait for a signal, by the name or pattern that they wait for.
// L1. `waiters` contains exactly the paths of open waits for a signal, and `patterns` those of its names that contain
//     a star. So a signal only looks at its own name and at the patterns.
import { matchesEvent } from '../model/event-name.ts'
import type { RunState } from '../model/state.ts'

type Waiters = Pick<RunState, 'waiters' | 'patterns'>

export function addWaiter({ waiters, patterns }: Waiters, name: string, path: string): void {
  const paths = waiters.get(name)
  if (paths) paths.add(path)
  else waiters.set(name, new Set([path]))
  if (name.includes('*')) patterns.add(name)
}

export function removeWaiter({ waiters, patterns }: Waiters, name: string, path: string): void {
  const paths = waiters.get(name)
  paths?.delete(path)
  if (paths?.size !== 0) return
  waiters.delete(name)
  patterns.delete(name)
}

/** The paths that wait for a signal with this name. */
export function waitersFor({ waiters, patterns }: Waiters, name: string): string[] {
  const paths = [...(waiters.get(name) ?? [])]
  for (const pattern of patterns)
    if (pattern !== name && matchesEvent(pattern, name)) paths.push(...(waiters.get(pattern) ?? []))
  return paths
}
