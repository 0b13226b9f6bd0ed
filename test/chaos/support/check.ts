// The invariants of every run that has ended, however it was disturbed.

import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { setTimeout as pause } from 'node:timers/promises'
import { inject } from 'vitest'
import type { Json } from '../../../src/core/json.ts'
import type { Definition, Node } from '../../../src/engine/model/definition.ts'
import type { RunView } from '../../../src/objects/workflow-run.ts'
import { objectOf, runOf } from '../../helpers/runs.ts'
import type { Disturbance } from './disturb.ts'
import { alarmOf, call, seqOf } from './drive.ts'
import { time } from './time.ts'

type Event = { seq: number; type: string; path?: string; at: string }

const SETTLES = new Set(['node.succeeded', 'node.failed', 'node.skipped', 'node.cancelled', 'node.settled'])
const MAX_TRIES = 200
const PAST_DEBOUNCE_MS = 250

export async function checkEvents(view: RunView, disturbance: Disturbance): Promise<Event[]> {
  const events: Event[] = []
  for (;;) {
    const page = await call(() => runOf(view.id).events(events.length, 500), disturbance)
    if (page === null) throw new Error('The events are gone')
    events.push(...(page.events as unknown as Event[]))
    if (events.length >= page.headSeq || page.events.length === 0) break
  }
  events.forEach(({ seq }, at) => {
    if (seq !== at + 1) throw new Error(`Event ${at + 1} has seq ${seq}`)
  })
  const last = events.at(-1)?.type
  if (last !== `run.${view.status}`)
    throw new Error(`The last event of a run that has ${view.status} is ${last}`)
  return events
}

/** A recorded outcome is never computed again: one outcome per attempt, and one success per activation. */
export function checkOutcomes(events: readonly Event[]): void {
  const succeeded = new Set<string>()
  for (const { type, path, seq } of events) {
    if (path === undefined || !SETTLES.has(type)) continue
    if (succeeded.has(path)) throw new Error(`${type} of ${path} at ${seq}, which had succeeded`)
    if (type === 'node.succeeded') succeeded.add(path)
  }
}

/** Every path of a node in the order of its body, including groups. */
const effectNodes = (nodes: readonly Node[]): Node[] =>
  nodes.flatMap((node) => {
    const body = node.params?.body as { nodes: Node[] } | undefined
    if (body !== undefined) return effectNodes(body.nodes)
    return node.type === 'http.request' ? [node] : []
  })

/** For each activation that made its call, the receiver has seen its own key and no other. */
export async function checkEffects(
  view: RunView,
  definition: Definition,
  resolved: readonly string[],
): Promise<void> {
  for (const node of effectNodes(definition.nodes)) {
    const times = await callsTo(`${view.id}-${node.id}`)
    const activations = (view.nodes ?? []).filter((one) => one.id === node.id)
    const known = new Map(activations.map(({ path, attempt }) => [`${view.id}:${path}`, attempt]))
    for (const [key, count] of times) {
      if (!known.has(key))
        throw new Error(`${node.id} was called with the key ${key}, which no activation has`)
      if (count > (known.get(key) ?? 0))
        throw new Error(`${key} came ${count} times in ${known.get(key)} attempts`)
      if (node.effect === 'at-most-once' && count > 1)
        throw new Error(`At most once, and ${key} came ${count} times`)
    }
    const units = activations.filter(({ path }) => node.each === undefined || /:\d+$/.test(path))
    for (const { path, status } of units) {
      // A node that was resolved manually may have been interrupted before its call was sent.
      if (status === 'succeeded' && !times.has(`${view.id}:${path}`) && !resolved.includes(path))
        throw new Error(`${path} has succeeded and was never called`)
    }
  }
  const children = (view.nodes ?? []).filter(({ type }) => type === 'flow.workflow')
  const keys = await callsTo(`${view.id}-child`)
  if (keys.size > children.length)
    throw new Error(`${children.length} children made ${keys.size} different calls`)
}

async function callsTo(name: string): Promise<Map<string, number>> {
  const response = await fetch(`${inject('httpTarget')}/seen/${name}`)
  const times = new Map<string, number>()
  for (const { key } of (await response.json()) as { key: string | null }[])
    times.set(key ?? 'no key', (times.get(key ?? 'no key') ?? 0) + 1)
  return times
}

/** The end of the run and, if it succeeded, every node and every output that does not come from outside. */
export async function outcomeOf(view: RunView, disturbance: Disturbance): Promise<unknown> {
  if (view.status !== 'succeeded') return { status: view.status }
  const nodes: Record<string, unknown> = {}
  for (const { path, type, status } of view.nodes ?? []) {
    const detail = type === 'data.set' ? await call(() => runOf(view.id).node(path), disturbance) : null
    nodes[path] = detail === null ? status : { status, output: detail.output }
  }
  return { status: view.status, nodes }
}

/** The stop of a child that was never started is repeated for two minutes. */
const onlyStops = (runId: string): Promise<boolean> =>
  runInDurableObject(
    objectOf(runId) as never,
    (_object: unknown, { storage: { sql } }: DurableObjectState) => {
      const left = sql.exec<{ kind: string }>('SELECT kind FROM outbox').toArray()
      return left.length > 0 && left.every(({ kind }) => kind === 'cancel_child')
    },
  )

/** The row in D1 becomes equal to the object, and then nothing wakes the object any more, except for stops. */
export async function checkIndex(view: RunView, disturbance: Disturbance): Promise<void> {
  const headSeq = await call(() => seqOf(view.id), disturbance)
  let row: Record<string, Json> | null = null
  time.pass(PAST_DEBOUNCE_MS)
  for (let attempt = 0; attempt < MAX_TRIES; attempt++) {
    row = await env.DB.prepare(
      'SELECT status, seq, progress, duration_ms, finished_at FROM runs WHERE id = ?',
    )
      .bind(view.id)
      .first<Record<string, Json>>()
    if (row?.seq === headSeq && row.status === view.status) {
      const { finishedAt, progress, durationMs } = view
      if (
        row.finished_at !== Date.parse(finishedAt ?? '') ||
        row.progress !== progress ||
        row.duration_ms !== durationMs
      )
        throw new Error(
          `D1 says ${JSON.stringify(row)}, the object ${JSON.stringify({ finishedAt, progress, durationMs })}`,
        )
      if ((await call(() => alarmOf(view.id), disturbance)) === null) return
      if (await call(() => onlyStops(view.id), disturbance)) return
    }
    await pause(attempt < 30 ? 1 : 25)
    const at = await call(() => alarmOf(view.id), disturbance)
    if (at !== null && attempt % 10 === 9) {
      time.reach(at)
      await call(() => runDurableObjectAlarm(objectOf(view.id) as never), disturbance)
    }
  }
  throw new Error(
    `D1 says ${JSON.stringify(row)} of a run that is ${view.status} at ${headSeq}, alarm ${await call(() => alarmOf(view.id), disturbance)}`,
  )
}
