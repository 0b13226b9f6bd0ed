// Writes large values before the turn that takes their fact. Invariants:
// 1. Each piece has a commit of its own, after a rest, so that the turns of other runs come between two pieces. The
//    facts of a run are written one after another, and the run computes no further values until then, so that memory
//    has few of them at a time.
// 2. The pieces of an attempt have a path of their own. The turn that accepts the fact writes a reference to it, so
//    the value becomes part of the run completely or not at all.
// 3. If the fact no longer applies, the rest is not written, and the pieces are removed. After a loss of memory the
//    value is computed again and replaces its pieces. Those of a lost attempt are removed when the run is loaded.
// 4. A process that is lost between two pieces again and again ends the activation, as in a turn (`crashes.ts`).
import { setTimeout as pause } from 'node:timers/promises'
import { accepts } from '../../../src/engine/advance/accept.ts'
import { piecesOf, SMALL_OUTPUT_CHARS } from '../rows/pieces.ts'
import type { EncodedValue } from '../rows/values.ts'
import type { RunShell } from '../run-shell.ts'
import type { ShellFact } from '../turn/outcome.ts'
import type { Run } from '../turn/scope.ts'
import { restMs } from '../turn/work.ts'
import { keyOf } from './crashes.ts'

/** Where the pieces of an attempt are. */
const piecesPath = (path: string, attempt: number): string => `${path}@try${attempt}`

export function removePieces(store: RunShell['store'], path: string, attempt: number): void {
  store.removeOutput(piecesPath(path, attempt))
}

export class LargeValues {
  readonly #machine: RunShell
  #last: Promise<void> = Promise.resolve()

  constructor(machine: RunShell) {
    this.#machine = machine
  }

  /** Resolves when the fact is taken, or the run has left memory. */
  take(next: ShellFact): Promise<void> {
    const run = this.#machine.requireRun()
    this.#last = this.#last
      .then(() => this.#take(run, next))
      .catch(() => {
        // Logged where it happened. The run is loaded again.
      })
    return this.#last
  }

  /** Resolves when nothing is left to write. */
  written(): Promise<void> {
    return this.#last
  }

  async #take(run: Run, next: ShellFact): Promise<void> {
    const machine = this.#machine
    const { output, values } = next
    const written: ShellFact = { ...next }
    const path = 'path' in next.fact ? (next.fact.path ?? '') : ''
    if (machine.run === run) await machine.beginRecorded(next)
    if (output !== undefined) written.output = await this.#write(run, next, path, output)
    if (values !== undefined) {
      written.values = []
      for (const [at, value] of values) written.values.push([at, await this.#write(run, next, at, value)])
    }
    if (machine.run === run) await machine.runRecorded([written])
  }

  /** Small values are written with the turn. */
  async #write(run: Run, { fact }: ShellFact, path: string, value: EncodedValue): Promise<EncodedValue> {
    const { json } = value
    if (json === null || json.length <= SMALL_OUTPUT_CHARS) return value
    const machine = this.#machine
    const attempt = 'attempt' in fact ? fact.attempt : 0
    const writtenAt = piecesPath(path, attempt)
    let chunk = 0
    for (const piece of piecesOf(json)) {
      await pause(restMs({ chars: piece.length }))
      if (machine.run !== run) return value
      const applies = accepts(run.plan, run.state, fact, machine.now()) === 'yes'
      machine.atomically(() => {
        machine.shell.crashes.at(keyOf({ fact }))
        if (applies) machine.store.writePiece(writtenAt, chunk++, piece)
        else if (chunk > 0) removePieces(machine.store, path, attempt)
      })
      if (!applies) return value
    }
    return { json, writtenAt }
  }
}
