// The items of an `each`.
// F1. Items start in order, at most `concurrency` at a time. Only items of nodes that are not pure have rows.
// F2. `done` counts every item once. The outputs are collected when it reaches `count`, never before.
import { LIMITS } from '../model/definition.ts'
import type { NodeError } from '../model/event.ts'
import { ITEMS_PER_TURN } from '../model/plan.ts'
import type { Activation, EachProgress } from '../model/state.ts'
import { create, hold, release } from './activation.ts'
import { failActivation } from './fail.ts'
import { parentOf } from './parent.ts'
import { collect, makeReady, openBody } from './start.ts'
import { planNode, type Turn } from './turn.ts'

/** The shell has reported the number of items, or that a group may open. */
export function expanded(turn: Turn, activation: Activation, count: number | undefined): void {
  release(turn, activation)
  if (planNode(turn, activation).each !== null && activation.item < 0)
    startItems(turn, activation, count ?? 0)
  else openBody(turn, activation)
}

function startItems(turn: Turn, activation: Activation, count: number): void {
  if (count > LIMITS.items) {
    failActivation(turn, activation, {
      code: 'each.too_many_items',
      message: `The list has ${count} items; at most ${LIMITS.items} are allowed`,
      retryable: false,
    })
    return
  }
  activation.stage = 'items'
  activation.each = { count, next: 0, active: 0, done: 0, failed: 0 }
  if (activation.frame === '') turn.state.fans.add(activation.path)
  turn.changed.add(activation)
  if (planNode(turn, activation).pure && count > 0) {
    hold(turn, activation, 'turn')
    runItems(turn, activation, activation.each)
  } else startMore(turn, activation)
}

/** An item with its own row has settled. */
export function itemSettled(turn: Turn, item: Activation): void {
  const parent = parentOf(turn, item)
  if (parent?.each == null || parent.stage !== 'items') return
  parent.each.active--
  parent.each.done++
  if (item.status === 'failed') parent.each.failed++
  turn.changed.add(parent)
  startMore(turn, parent)
}

/** A batch of pure items has settled. */
export function itemsSettled(
  turn: Turn,
  activation: Activation,
  count: number,
  failed: readonly { readonly item: number; readonly error: NodeError }[],
): void {
  const each = activation.each!
  const first = failed[0]
  each.next += count
  each.done += count
  each.failed += failed.length
  turn.changed.add(activation)
  if (first && planNode(turn, activation).each!.onItemError === 'fail') {
    const cause = `${activation.path}:${first.item}`
    failActivation(turn, activation, { ...first.error, retryable: false, cause })
  } else if (each.done === each.count) {
    release(turn, activation)
    collect(turn, activation, 'each')
  } else runItems(turn, activation, each)
}

function runItems(turn: Turn, { path, node, attempt }: Activation, each: EachProgress): void {
  const to = Math.min(each.next + ITEMS_PER_TURN, each.count)
  turn.commands.push({ type: 'run_items', path, node, attempt, from: each.next, to })
}

function startMore(turn: Turn, activation: Activation): void {
  const each = activation.each!
  if (each.done === each.count) {
    collect(turn, activation, 'each')
    return
  }
  const node = planNode(turn, activation)
  const { frame, iteration } = activation
  while (each.next < each.count && each.active < node.each!.concurrency) {
    // Starting an item may fail the whole run. Then no more items start.
    if (activation.stage !== 'items') return
    const item = each.next++
    each.active++
    const started = create(turn, node, { frame, iteration, item })
    started.causes = activation.causes
    makeReady(turn, started)
  }
}
