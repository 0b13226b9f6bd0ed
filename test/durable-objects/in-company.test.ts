// A host with many runs shows each run exactly like a separate host, byte for byte. `TEST_SEED` repeats a failure.
import { env } from 'cloudflare:workers'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newId } from '../../src/core/ids.ts'
import { newRunId, type RunPlace } from '../../src/core/run-id.ts'
import type { Definition, Node } from '../../src/engine/model/definition.ts'
import { isTerminal } from '../../src/engine/model/state.ts'
import { isBusy } from '../chaos/support/drive.ts'
import { randomRun } from '../chaos/support/random-run.ts'
import { time } from '../chaos/support/time.ts'
import { random } from '../engine/support/random.ts'
import { clock } from '../helpers/clock.ts'
import { newSpec, runOf } from '../helpers/runs.ts'
import { ring } from './support/poison.ts'

const { TEST_SEED, TEST_CASES } = env as unknown as Record<string, string>
const SEED = Number(TEST_SEED || Date.now() % 1_000_000_000)
const RUNS = Number(TEST_CASES || 12)
/** Runs that are not reported yet ring every three seconds, and waits of several minutes follow each other. */
const MAX_ROUNDS = 2_000

beforeAll(() => time.start())
afterAll(() => time.stop())

/** Nodes that would race with the outside are computed here, so that the order of events is that of the definition. */
const atHome = (nodes: readonly Node[]): Node[] =>
  nodes.map((node) => {
    const { retry: _retry, effect: _effect, ...rest } = node
    const body = node.params?.body as { nodes: Node[] } | undefined
    if (body !== undefined)
      return { ...node, params: { ...node.params, body: { ...body, nodes: atHome(body.nodes) } } }
    if (node.type === 'flow.workflow') return { ...rest, type: 'flow.noop', params: {} }
    if (node.type === 'http.request') return { ...rest, type: 'data.set', params: { values: { n: 1 } } }
    return node
  })

function definitionOf(seed: number): Definition {
  const definition = randomRun({ random: random(seed), target: 'http://example.com', child: 'wf_none' })
  return {
    ...definition,
    nodes: atHome(definition.nodes),
    settings: { ...definition.settings, maxParallel: 1 },
  }
}

const eventsOf = async (runId: string): Promise<unknown[]> => {
  const events: unknown[] = []
  for (;;) {
    const page = await runOf(runId).events(events.length, 500)
    events.push(...(page?.events ?? []))
    if (page === null || page.events.length === 0) return events
  }
}

/** Brings the runs to their ends, and returns what they show without ids and times, which always differ. */
async function shownBy(teamId: string, definitions: readonly Definition[], places: readonly RunPlace[]) {
  const specs = definitions.map((definition, i) =>
    newSpec(definition as never, {
      teamId,
      runId: newRunId(teamId, places[i] ?? 1, clock.now()),
      input: { n: i % 10 },
    }),
  )
  for (const spec of specs) await runOf(spec.runId).start(spec)
  const open = new Set(specs.map(({ runId }) => runId))
  for (let round = 0; open.size > 0; round++) {
    if (round > MAX_ROUNDS) throw new Error('The runs do not end')
    for (const runId of [...open]) {
      await answerAll(open)
      if (open.has(runId)) await ring(runId)
    }
  }
  const shown: string[] = []
  for (const { runId } of specs) {
    const view = await runOf(runId).view({ nodes: true, output: true })
    // Once a run was read from rows, the order of nodes is that of the rows.
    view?.nodes?.sort((a, b) => (a.path < b.path ? -1 : 1))
    const text = JSON.stringify([view, await eventsOf(runId)])
    shown.push(
      text
        .replaceAll(runId, 'run')
        .replace(/apr_\w+/g, 'approval')
        .replace(/"\d{4}-\d\d-\d\dT[^"]*"/g, '"time"')
        .replace(/"(durationMs|activeMs)":\d+/g, '"$1":0'),
    )
  }
  return shown
}

/**
 * Waits until no open run waits for an answer, or writes a large value in real time. The alarm of one run moves the
 * time of all, so it must not come before that.
 */
async function answerAll(open: Set<string>): Promise<void> {
  let answered = true
  while (answered) {
    answered = false
    for (const runId of open) {
      const view = await runOf(runId).view({ nodes: true })
      if (view === null || isTerminal(view.status)) open.delete(runId)
      else if (await answer(runId, view.waitingFor)) answered = true
      else if (isBusy(view)) {
        answered = true
        await pause(1)
      }
    }
  }
}

/** False if the run waits for no answer. */
async function answer(
  runId: string,
  waiting: readonly { kind: string; path: string; name?: string | null }[],
): Promise<boolean> {
  const wait = waiting.find(({ kind }) => kind === 'signal' || kind === 'approval')
  if (wait === undefined) return false
  const { path, name } = wait
  if (wait.kind === 'signal')
    await runOf(runId).signal({ name: name ?? '', data: path, id: path, by: 'test' })
  else {
    const word = { by: 'me', decision: 'approve', comment: null, data: null, isStarter: false } as const
    await runOf(runId).decide({ approvalId: name ?? '', ...word })
  }
  return true
}

test(`${RUNS} runs of one host show the same as alone (seed ${SEED})`, { timeout: 120_000 }, async () => {
  const definitions = Array.from({ length: RUNS }, (_, i) => definitionOf(SEED + i))
  const teamId = newId('team', clock.now())
  const alone = await shownBy(
    teamId,
    definitions,
    definitions.map(() => 'own'),
  )
  const together = await shownBy(
    teamId,
    definitions,
    definitions.map(() => 3),
  )
  expect(together.map((text, i) => ({ seed: SEED + i, text }))).toEqual(
    alone.map((text, i) => ({ seed: SEED + i, text })),
  )
})
