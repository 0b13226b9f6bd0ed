// Work that crashes its turn. It would crash again each time the run is loaded, so crashes are counted by the work of
// the turn. After three crashes, that work is given up. Invariants:
// 1. A turn notes what it is working on in memory that outlives the object. A note that is still there belongs to a
//    turn that threw or whose object was reset. It is counted before the run is loaded again.
// 2. A lost process leaves no memory. So work that may have caused the loss (a load, interrupted work, a late timer)
//    is written to disk before it is tried, and the next commit deletes the row. Evictions, deployments and
//    hibernation happen while no such work is tried, so they do not count.
// 3. An error in a caller's request is thrown to the caller. The request is not stored, so the error is not counted.
// 4. The core counts attempts of effects that were lost with their process, up to a limit of their own. This file
//    counts everything else.
import { MAX_CRASHES } from '../../../src/engine/advance/retry.ts'
import type { Command } from '../../../src/engine/model/command.ts'
import type { CrashRows } from '../rows/crashes.ts'
import { lostWithProcess, thisProcess } from '../rows/faults.ts'
import type { ShellFact } from '../turn/outcome.ts'

/** What a turn works on, if it is not an activation. */
export const WAKING = '$waking'
export const ENDING = '$ending'

type TurnWork = Extract<Command, { type: 'run_node' | 'run_items' | 'expand_node' | 'collect_output' }>

/** Work that is done inside a turn, and may crash it. */
export const isTurnWork = (command: Command): command is TurnWork =>
  command.type === 'run_node' ||
  command.type === 'run_items' ||
  command.type === 'expand_node' ||
  command.type === 'collect_output'

/** The path of the activation, or else the kind of work. */
export function keyOf(next: ShellFact | Command): string {
  if ('fact' in next) {
    const { fact } = next
    if (fact.type === 'timer.fired') return fact.key.startsWith('$') ? `$timer ${fact.key}` : fact.key
    return ('path' in fact && fact.path) || `$${fact.type}`
  }
  return ('path' in next && next.path) || `$${next.type}`
}

const isPath = (key: string): boolean => !key.startsWith('$')

/** `at` is null if a crash should not be counted. */
type Doing = { at: string | null; host: string }

/** What runs are working on. Kept in the isolate, which survives the reset of an object. */
const inProgress = lostWithProcess(new Map<string, Doing>())

/** Whether the object was reset during a turn, which then tells why its runs were lost. */
export const isCutOff = (host: string): boolean => [...inProgress.values()].some((one) => one.host === host)

export type Crashes = ReturnType<typeof openCrashes>

/** `isStored` is false for a new run. If its start fails, nothing is stored, not even the crash. */
export function openCrashes(rows: CrashRows, n: number, runId: string, host: string, isStored: boolean) {
  const counts = new Map<string, number>()
  const doing: Doing = { at: null, host }
  let fixed: string | null = null
  let isForCaller = false
  /** The keys that have a row. */
  const written = new Set<string>()

  function write(at: string, trying: string | null): void {
    rows.write(n, { at, count: counts.get(at) ?? 0, trying })
    written.add(at)
  }

  function clear(at: string): void {
    counts.delete(at)
    if (written.delete(at)) rows.remove(n, at)
  }

  function recall(): void {
    const interrupted = inProgress.get(runId)
    inProgress.delete(runId)
    if (!isStored) return
    const process = thisProcess()
    for (const { at, count, trying } of rows.find(n)) {
      const isLost = trying !== null && trying !== process
      written.add(at)
      if (count > 0 || isLost) counts.set(at, isLost ? count + 1 : count)
      if (isLost) write(at, null)
      else if (trying !== null && count === 0) clear(at)
    }
    if (interrupted?.at == null) return
    counts.set(interrupted.at, (counts.get(interrupted.at) ?? 0) + 1)
    write(interrupted.at, null)
  }
  recall()

  return {
    /** Whether anything has crashed here. */
    some: (): boolean => counts.size > 0,
    countOf: (at: string): number => counts.get(at) ?? 0,
    isGivenUp: (at: string): boolean => (counts.get(at) ?? 0) >= MAX_CRASHES,
    /** The whole run cannot get past this work. */
    fatal: (): string | undefined =>
      [...counts].find(([at, count]) => !isPath(at) && at !== ENDING && count >= MAX_CRASHES)?.[0],
    paths: (): string[] => [...counts.keys()].filter(isPath),

    /** Stored before the work is tried. The caller waits until it is on disk. */
    begin: (at: string): void => write(at, thisProcess()),
    /** The work on disk has succeeded. Its crashes stay counted, as lost attempts do. */
    done(at: string): void {
      if (counts.has(at)) write(at, null)
      else clear(at)
    },
    clear,
    /** Called when the run has ended. */
    clearAll(): void {
      for (const at of [...written]) clear(at)
    },

    /** Wraps a turn. If it throws, the note stays for the next load of the run. */
    during<T>(work: () => T): T {
      inProgress.set(runId, doing)
      doing.at = fixed
      const result = work()
      inProgress.delete(runId)
      doing.at = null
      return result
    },
    /** A crash counts for this, whatever the turn is working on. */
    as<T>(at: string, work: () => T): T {
      const outer = fixed
      fixed = at
      try {
        doing.at = at
        return work()
      } finally {
        fixed = outer
      }
    },
    at(key: string | null): void {
      doing.at = isForCaller ? null : (fixed ?? key)
    },
    /** The work of a caller, who gets the error. */
    forCaller<T>(work: () => T): T {
      isForCaller = true
      try {
        return work()
      } finally {
        isForCaller = false
      }
    },
    /** A full disk fails every turn, so it does not count against this one. */
    ignore: (): void => void inProgress.delete(runId),
  }
}
