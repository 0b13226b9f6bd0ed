// Turns of a thread, from the question to the answer. Invariants:
// 1. One call is answered at a time. Another one is refused, or waits for its turn in the gate of the thread.
// 2. The question is stored before the run is started. A refused run leaves nothing behind.
// 3. Which messages an agent sees is decided when its run starts, from turns that have ended, and is recorded in the
//    run.
import type { Actor, RequestContext } from '../../../context.ts'
import { AppError } from '../../../core/errors.ts'
import type { Json } from '../../../core/json.ts'
import type { ThreadsPort } from '../../../nodes/ports.ts'
import {
  asNewest,
  asOlder,
  bytesOf,
  keptOf,
  MAX_ASKED_BYTES,
  tokensIn,
  transcriptOf,
} from '../pure/answer.ts'
import { windowOf } from '../pure/window.ts'
import { findSaid, findSizes, setThreadWindow } from '../repo/messages.ts'
import { findThread, type ThreadRow } from '../repo/threads.ts'
import {
  type Claim,
  claimTurn,
  deleteTurn,
  hasTurn,
  MAX_IN_LINE,
  MAX_THREAD_BYTES,
  MAX_TURNS,
  type RemovedTurn,
  restoreTurn,
  setTurnRun,
  startTurn,
  type TurnKey,
} from '../repo/turns.ts'
import { type Scope, settleTurns } from './settle.ts'
import { requireThread, titleFrom } from './threads.ts'

type Ctx = RequestContext & { actor: Actor }

export type Question = TurnKey &
  Pick<Claim, 'mayWait' | 'isAgain'> & {
    asked: Json[]
    /** The turn that was deleted for this one. */
    removed?: RemovedTurn | null
  }

/** Reserves a turn for the run. False if the run has one already, because the call is a repetition. */
export async function takeTurn(ctx: Ctx, thread: ThreadRow, question: Question): Promise<boolean> {
  const { env } = ctx
  if (await hasTurn(env.DB, question)) return false
  const claim = claimOf(question, ctx.now())
  if (bytesOf(claim.asked) > MAX_ASKED_BYTES)
    throw new AppError('agent.question_too_large', { detail: TOO_LARGE })
  const open = await settleTurns(ctx, thread.id)
  const isFree = question.mayWait ? open.length <= MAX_IN_LINE : open.length === 0
  const claimed = isFree ? await claimTurn(env.DB, question, claim) : null
  if (claimed !== null) {
    question.removed = claimed.removed
    if (thread.title === '') await titleFrom(ctx, thread, question.asked)
    return true
  }
  const now = await requireThread(ctx, thread.id)
  if (isFull(now, claim.asked)) throw new AppError('agent.thread_full', { detail: FULL })
  throw new AppError('agent.thread_busy', {
    detail: question.mayWait
      ? `${MAX_IN_LINE} calls are already waiting for the thread.`
      : 'The thread is already answering a question. Wait for its run to end, cancel it, or send queue: true.',
    ...(now.runId === null ? {} : { runId: now.runId }),
  })
}

const TOO_LARGE = `A question in a thread can have at most ${MAX_ASKED_BYTES} bytes. Send longer content as a file.`
const FULL = `A thread can have at most ${MAX_TURNS} turns and ${MAX_THREAD_BYTES} bytes. Start a new thread.`

const isFull = ({ turns, bytes }: ThreadRow, asked: string): boolean =>
  turns >= MAX_TURNS || bytes + bytesOf(asked) > MAX_THREAD_BYTES

function claimOf(
  { asked, mayWait, isAgain }: Pick<Question, 'asked' | 'mayWait' | 'isAgain'>,
  now: number,
): Claim {
  const kept = keptOf(asked)
  return { asked: JSON.stringify(kept), tokens: tokensIn(kept), mayWait, isAgain, now }
}

/** The run was refused. A turn that was deleted for it comes back. */
export async function giveBackTurn({ env }: Ctx, question: Question): Promise<void> {
  await deleteTurn(env.DB, question)
  if (question.removed) await restoreTurn(env.DB, question.threadId, question.removed)
}

/** The run has another id than planned. */
export async function renameTurn({ env }: Ctx, question: Question, runId: string): Promise<void> {
  if (runId === question.runId) return
  await setTurnRun(env.DB, question, runId)
  await deleteTurn(env.DB, question)
}

type Recalling = Parameters<ThreadsPort['recall']>[0] & { teamId: string; runId: string }

/** The messages that an agent sees of the thread. Repeating it returns the same. */
export async function recallThread(scope: Scope, recalling: Recalling): Promise<Recalled> {
  const { teamId, threadId, runId, node, agentId, asked, memory, tokens } = recalling
  const { DB } = scope.env
  const thread = await findThread(DB, teamId, threadId)
  if (thread === null) return 'not_found'
  // In a workflow. A call of an agent was checked before its run started.
  if (node !== '' && thread.agentId !== '' && thread.agentId !== agentId) return 'other_agent'
  const key = { threadId, runId, node }
  const open = await settleTurns(scope, threadId, key)
  // Workflows ask in turns that they reserve here. A rerun asks the questions of its run again.
  if (!(await hasTurn(DB, key))) {
    const claim = claimOf({ asked, mayWait: false, isAgain: false }, scope.now())
    if (bytesOf(claim.asked) > MAX_ASKED_BYTES) return 'too_large'
    if (open.length > 0) return 'busy'
    if ((await claimTurn(DB, key, claim)) === null) return isFull(thread, claim.asked) ? 'full' : 'busy'
  }
  const n = await startTurn(DB, key)
  if (n === null) return 'busy'
  const sizes = await findSizes(DB, threadId, thread.windowFrom, n)
  const { from, older } = windowOf(sizes, { messages: memory.window, tokens }, n)
  if (older.length > 0 && !memory.summary) await setThreadWindow(DB, threadId, from)
  const said = await findSaid(DB, threadId, memory.summary ? thread.windowFrom : from, n)
  const messages = said
    .filter((turn) => turn.n >= from)
    .flatMap(({ n: at, asked: question, answer }) => {
      const turn = [...(JSON.parse(question) as Json[]), ...(JSON.parse(answer) as Json[])]
      return at === n - 1 ? asNewest(turn) : asOlder(turn)
    })
  if (older.length === 0 || !memory.summary) return { messages, summary: thread.summary, toSum: null }
  const parts = said
    .filter((turn) => turn.n < from)
    .map((turn) =>
      transcriptOf([...JSON.parse(turn.asked), ...JSON.parse(turn.answer)] as Json[], MAX_SAID_CHARS),
    )
  const before = thread.summary === '' ? '' : `Summary of the earlier messages: ${thread.summary}\n`
  const text = `${before}${parts.join('\n')}`.slice(-MAX_SUM_CHARS)
  return { messages, summary: thread.summary, toSum: { text, windowFrom: from } }
}

const MAX_SAID_CHARS = 4_000
const MAX_SUM_CHARS = 100_000

type Recalled =
  | Awaited<ReturnType<ThreadsPort['recall']>>
  | 'not_found'
  | 'other_agent'
  | 'too_large'
  | 'full'
  | 'busy'
