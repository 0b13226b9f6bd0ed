// Copies the answer of a turn's run into the thread. A thread keeps the id of the run, and whoever needs the answer first copies it, so a crash
// in between loses nothing. Invariants:
// 1. An answer is stored once, even if several callers copy it (repo/turns.ts).
// 2. A turn is over when its run has ended in any way and is not retried, so a thread never waits for a deleted run.
//    In a workflow, the turn is over with its node.
import type { RequestContext } from '../../../context.ts'
import type { Json } from '../../../core/json.ts'
import { isSettled, isTerminal } from '../../../engine/model/state.ts'
import type { Summed } from '../../../nodes/ai/inner/summary.ts'
import type { Round, Turn } from '../../../nodes/ai/loop/turn.ts'
import { type RunRpc, type RunView, workflowRun } from '../../../objects/workflow-run.ts'
import { answerOf, tokensIn } from '../pure/answer.ts'
import {
  completeTurn,
  deleteTurn,
  findOpenTurns,
  type OpenTurn,
  setTurnRun,
  type TurnKey,
} from '../repo/turns.ts'

export type Scope = Pick<RequestContext, 'env' | 'now'>

/** The node of a call's run that is the agent. */
export const AGENT_NODE = 'agent'

/** A start in progress has finished by then. */
const START_MS = 60_000
const MAX_RETRIES = 50

/** Copies the answers of turns that have ended. Returns the turns that are still running or in line. */
export async function settleTurns(scope: Scope, threadId: string, but?: TurnKey): Promise<OpenTurn[]> {
  const open: OpenTurn[] = []
  for (const turn of await findOpenTurns(scope.env.DB, threadId)) {
    const isOwn = turn.runId === but?.runId && turn.node === but.node
    if (isOwn || !(await settleTurn(scope, turn))) open.push(turn)
  }
  return open
}

/** Whether the turn is over. */
export async function settleTurn({ env, now }: Scope, turn: OpenTurn): Promise<boolean> {
  const { view, run } = await newestOf(env, turn)
  if (view === null) {
    if (!turn.hasBegun) {
      if (now() - turn.createdAt < START_MS) return false
      await deleteTurn(env.DB, turn)
      return true
    }
    await keep({ env, now }, turn, { rounds: [], outcome: 'lost', code: null, summed: null })
    return true
  }
  if (view.id !== turn.runId) await setTurnRun(env.DB, turn, view.id)
  const of = { ...turn, runId: view.id }
  const ended = await endOf(run, view, turn.node)
  if (ended === null) return false
  const path = turn.node === '' ? AGENT_NODE : turn.node
  const [rounds, summed] = await Promise.all([roundsOf(run, path), summedOf(run, path)])
  await keep({ env, now }, of, { rounds, ...ended, summed })
  return true
}

type Ended = { rounds: Round[]; outcome: string; code: string | null; summed: Summed | null }

async function keep(
  { env, now }: Scope,
  turn: OpenTurn,
  { rounds, outcome, code, summed }: Ended,
): Promise<void> {
  const answer = answerOf(rounds, outcome, code)
  const kept = { answer: JSON.stringify(answer), tokens: tokensIn(answer), outcome, summed }
  await completeTurn(env.DB, turn, kept, now())
}

type Found = { run: RunRpc; view: RunView | null }

/** A retry answers instead of the run that it retries. */
async function newestOf(env: Scope['env'], { runId }: OpenTurn): Promise<Found> {
  let found = await viewOf(env, runId)
  for (let at = 0; at < MAX_RETRIES && found.view?.retriedBy; at++) {
    const retry = await viewOf(env, found.view.retriedBy)
    if (retry.view === null) break
    found = retry
  }
  return found
}

async function viewOf(env: Scope['env'], runId: string): Promise<Found> {
  const run = workflowRun(env.RUNS, runId)
  return { run, view: await run.view({ output: false }) }
}

/** How the run ended. Null while it is active. */
async function endOf(
  run: RunRpc,
  view: RunView,
  node: string,
): Promise<Pick<Ended, 'outcome' | 'code'> | null> {
  const answering = node === '' ? null : await run.node(node)
  const isOver = answering !== null && isSettled(answering.status)
  const ended = isOver ? answering : isTerminal(view.status) ? view : null
  if (ended === null) return null
  if (ended.status === 'succeeded') {
    const [output] = await readOutputs(run, [node === '' ? AGENT_NODE : node])
    return { outcome: (output as { finishReason?: string } | null)?.finishReason ?? 'stop', code: null }
  }
  return {
    outcome: ended.status === 'cancelled' ? 'cancelled' : 'error',
    code: (ended.error as { code?: string } | null)?.code ?? null,
  }
}

const ROUNDS_A_QUESTION = 20

/** The texts of the model and the results of the tools, as the steps have recorded them. */
async function roundsOf(run: RunRpc, node: string): Promise<Round[]> {
  const rounds: Round[] = []
  for (;;) {
    const numbers = Array.from({ length: ROUNDS_A_QUESTION }, (_, index) => rounds.length + index + 1)
    const found = await readOutputs(
      run,
      numbers.flatMap((round) => [pathOf(node, 'model', round), pathOf(node, 'tool', round)]),
    )
    for (const index of numbers.keys()) {
      const turn = found[index * 2] as Turn | null
      if (turn === null) return rounds
      const results = found[index * 2 + 1] as Json[] | null
      const round = rounds.length + 1
      rounds.push({
        turn,
        results: results ?? (await resultsOf(run, turn, pathOf(node, 'tool', round))),
        raised: null,
      })
    }
  }
}

const pathOf = (node: string, step: string, round: number): string =>
  `${node}.${step}${round === 1 ? '' : `~${round}`}`

/** Calls that were cut off may have results for the completed ones. */
async function resultsOf(run: RunRpc, turn: Turn, path: string): Promise<Json[] | null> {
  if (turn.kind !== 'answer' || turn.calls.length === 0) return null
  const items = turn.calls.map((_, index) => `${path}:${index}`)
  const found = await readOutputs(
    run,
    items.flatMap((item) => [`${item}.result`, `${item}.refuse`]),
  )
  return items.map((_, index) => found[index * 2] ?? found[index * 2 + 1] ?? null)
}

async function summedOf(run: RunRpc, node: string): Promise<Summed | null> {
  for (let round = 1; ; round++) {
    const [output] = await readOutputs(run, [pathOf(node, 'sum', round)])
    if (output === undefined || output === null) return null
    const summed = output as Partial<Summed>
    if (typeof summed.summary === 'string' && typeof summed.windowFrom === 'number')
      return { summary: summed.summary, windowFrom: summed.windowFrom }
  }
}

/** Without secrets. Null for missing outputs. Requests as many at a time as one answer may contain. */
async function readOutputs(run: RunRpc, paths: string[]): Promise<Json[]> {
  const found: Json[] = []
  while (found.length < paths.length) {
    const some = await run.outputs(paths.slice(found.length), { shown: true })
    if (some.length === 0) break
    found.push(...some.map(([, json]) => (json === null ? null : (JSON.parse(json) as Json))))
  }
  return found
}
