// A turn: facts go in, the core decides, changes are written, then effects start. Invariants:
// 1. Nothing is awaited between the first fact and the last write, so a turn commits completely or not at all.
// 2. An effect starts after the row of its attempt is written. The platform holds back its requests until the row is
//    durable.
// 3. A value is stored only if its outcome was accepted. A late outcome changes nothing.
// 4. After `MAX_PURE` computed nodes, expressions of `MAX_STEPS` or values of `MAX_CHARS`, the turn is written and
//    the rest continues in another turn, even in the middle of a list. So a run that computes much never delays other
//    runs, timers, sockets or a cancel.
// 5. A turn that throws leaves nothing: its writes are rolled back, and the run is loaded as it was last written.
// 6. A turn notes what it is working on. After a crash each turn does one piece of work, so that the note also shows
//    what a lost process was working on.
import type { Command } from '../../../src/engine/model/command.ts'
import type { RunEvent } from '../../../src/engine/model/event.ts'
import { progress } from '../../../src/engine/read/view.ts'
import { isTurnWork, keyOf } from '../life/crashes.ts'
import { encodeValue } from '../rows/values.ts'
import { carryOut } from './carry-out.ts'
import { isRunning, type OpenTurn, openTurn, type TurnResult } from './open-turn.ts'
import type { ShellFact, TurnShell } from './outcome.ts'
import { reportApproval, reportEventWaits } from './report-waits.ts'

export function runTurn(
  shell: TurnShell,
  facts: readonly ShellFact[],
  commands: readonly Command[] = [],
  oneByOne = false,
): TurnResult {
  const { run, store } = shell
  const turn = openTurn(shell, [...facts, ...commands])
  const { result, queue, activations, regions, entries } = turn
  const given = queue.length

  for (let at = 0; at < queue.length; at++) {
    const next = queue[at] as ShellFact | Command
    shell.crashes.at(keyOf(next))
    if ('fact' in next) takeFact(turn, next)
    else if (oneByOne && at >= given && (isTurnWork(next) || next.type === 'match_signals'))
      result.later.push(next)
    else carryOut(turn, next)
  }

  // If a write fails now, the first fact of the turn is the most likely cause.
  shell.crashes.at(queue[0] === undefined ? null : keyOf(queue[0]))
  // Drops effects that this turn has cancelled again, such as a branch whose merge has fired.
  result.effects = result.effects.filter(({ path, attempt }) => isRunning(turn, path, attempt))
  for (const activation of activations) reportApproval(turn, activation)
  reportEventWaits(turn)
  if (result.events.length > 0)
    result.publicEvents = store.writeTurn({ run: run.state.run, activations, regions, events: entries })
  return result
}

function takeFact(turn: OpenTurn, next: ShellFact): void {
  const { run, core } = turn.shell
  const step = core.take(run.plan, run.state, next.fact, turn.now)
  if (step.accepted) keep(turn, next, step.events[0]?.seq ?? 0)
  for (const event of step.events) keepSettled(turn, event)
  turn.result.events.push(...step.events)
  if (step.events.length > 0) {
    const percent = progress(run.plan, run.state)
    for (const event of step.events) turn.entries.push({ event, progress: percent })
  }
  for (const activation of step.changes.activations) turn.activations.add(activation)
  for (const region of step.changes.regions) turn.regions.add(region)
  if (!next.dropCommands) turn.queue.push(...step.commands)
  // Cancels are kept: the outstanding commands do not contain them, so the effect would continue.
  else turn.queue.push(...step.commands.filter(({ type }) => type === 'cancel_node'))
}

/** Applies what comes with an accepted fact. */
function keep({ shell, result, opened }: OpenTurn, next: ShellFact, seq: number): void {
  const { run, store } = shell
  result.accepted = true
  if (next.fact.type === 'node.waiting') {
    opened.add(next.fact.path)
    if (next.fact.wait.kind === 'approval') result.hasMessages = true
  }
  if (next.output && 'path' in next.fact && next.fact.path !== undefined)
    run.values.store(next.fact.path, next.output)
  for (const [path, value] of next.values ?? []) run.values.store(path, value)
  if (next.respond) result.respond ??= next.respond
  if (next.fact.type === 'run.cancel_requested' && store.readMeta('cancelledBy') === null)
    store.writeMeta('cancelledBy', next.fact.by ?? 'system')
  next.onAccepted?.(seq)
}

/** If the core settles an activation itself, such as a wait that is due, the event contains the output. */
function keepSettled({ shell }: OpenTurn, event: RunEvent): void {
  if (event.type !== 'node.settled' || event.output === undefined) return
  const encoded = encodeValue(event.output)
  if (encoded.ok) shell.run.values.store(event.path, encoded.value)
}
