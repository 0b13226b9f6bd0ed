// The log of a run, and the numbers by which clients know its events. Invariants:
// 1. `seq` counts every entry, from 1 without gaps. `number` counts the entries that clients see, up to and
//    including the row. So event n is the first row whose `number` is n; following rows with the same count are not shown.
// 2. Both are written with the turn that made the entry, and never change.
import type { RunEvent } from '../../../src/engine/model/event.ts'
import { isPublic } from '../../../src/objects/to-public-event.ts'
import type { RunRows } from './run-rows.ts'

/** An entry, and the progress in percent after the step that made it. */
export type LogEntry = { event: RunEvent; progress: number }

/** An entry that clients see. */
export type NumberedEvent = { number: number; event: RunEvent; progress: number | null }

/** `rows` returns the rows of the run, which may move while the run starts. */
export function openEventLog(rows: () => RunRows) {
  let head: number | null = null
  const last = (): number => {
    head ??= rows().lastEvent().number
    return head
  }

  /** The row of event `number`, which must exist. The row number of an event is never less than its number. */
  function rowOf(number: number): number {
    let low = number
    let high = rows().lastEvent().seq
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      if (rows().numberAt(middle) < number) low = middle + 1
      else high = middle
    }
    return low
  }

  return {
    /** The number of the newest event, 0 before the first. */
    last,

    /** Returns the entries that clients see. */
    append(target: RunRows, entries: readonly LogEntry[]): NumberedEvent[] {
      const newEvents: NumberedEvent[] = []
      let number = last()
      const logged = entries.map(({ event, progress }) => {
        if (isPublic(event)) newEvents.push({ number: ++number, event, progress })
        return { seq: event.seq, event: JSON.stringify(event), number, progress }
      })
      target.addEvents(logged)
      head = number
      return newEvents
    },

    /** Events after a number, oldest first. Reads only as far as the caller iterates. */
    *page(afterNumber: number): Generator<NumberedEvent & { chars: number }> {
      if (afterNumber >= last()) return
      let number = afterNumber
      for (const { event, number: next, progress } of rows().eventsFrom(rowOf(afterNumber + 1))) {
        if (next === number) continue
        number = next
        yield { number, event: JSON.parse(event) as RunEvent, progress, chars: event.length }
      }
    },

    /** All entries of one activation: the newest ones, in order. A path contains no character that JSON escapes. */
    ofPath: (path: string, limit: number): RunEvent[] =>
      rows()
        .findEvents([`"path":"${path}"`, `"key":"${path}"`], limit)
        .map((event) => JSON.parse(event) as RunEvent)
        .filter((event) => ('path' in event ? event.path : 'key' in event ? event.key : undefined) === path)
        .reverse(),
  }
}
