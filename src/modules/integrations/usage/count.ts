// Counts the uses of a run. Calls do not wait for it: counts are collected, and written one after another, at most
// once per second. Counts that are lost in a crash are not restored.
import { setTimeout as pause } from 'node:timers/promises'
import { dayOf } from '../../../core/clock.ts'
import { addUse } from './repo.ts'

const APART_MS = 1_000

export function countUses(
  d1: D1Database,
  of: { teamId: string; runId: string; workflowId: string | null },
  now: () => number,
): (integrationId: string) => void {
  const calls = new Map<string, number>()
  let isWriting = false

  async function write(): Promise<void> {
    isWriting = true
    while (calls.size > 0) {
      const taken = [...calls]
      calls.clear()
      const at = now()
      for (const [integrationId, count] of taken)
        await addUse(d1, { ...of, integrationId, calls: count, day: dayOf(at), at }).catch(() => undefined)
      if (calls.size > 0) await pause(APART_MS)
    }
    isWriting = false
  }

  return (integrationId) => {
    calls.set(integrationId, (calls.get(integrationId) ?? 0) + 1)
    if (!isWriting) void write()
  }
}
