// Turns of threads. Invariants:
// 1. A turn is claimed by one statement that checks whether the thread is free, so of two concurrent calls one wins.
// 2. An answer is only written while its turn has none, in one batch with its consequences, so it is stored once.
// 3. A turn gets its position when its run starts, so positions follow the order in which agents have answered.

/** Numbers from here on only show the order of arrival. */
export const WAITING = 1_000_000_000

/** The maximum length of a thread. */
export const MAX_TURNS = 10_000

/** How many calls may wait for the one that is being answered. */
export const MAX_IN_LINE = 10

/** A thread beyond this size accepts no more questions. A single answer may exceed it. */
export const MAX_THREAD_BYTES = 16 * 1024 * 1024

export type OpenTurn = TurnKey & { n: number; createdAt: number; hasBegun: boolean }

const OPEN =
  'thread_id AS threadId, n, run_id AS runId, node, created_at AS createdAt, n < 1000000000 AS begun FROM agent_turns'

const bytesOf = (text: string): string => `length(CAST(${text} AS BLOB))`

type Raw = Omit<OpenTurn, 'hasBegun'> & { begun: number }

const openTurn = ({ begun, ...rest }: Raw): OpenTurn => ({ ...rest, hasBegun: begun === 1 })

export async function findOpenTurns(d1: D1Database, threadId: string): Promise<OpenTurn[]> {
  const { results } = await d1
    .prepare(`SELECT ${OPEN} WHERE thread_id = ?1 AND outcome IS NULL ORDER BY n`)
    .bind(threadId)
    .all<Raw>()
  return results.map(openTurn)
}

/** The turns that were checked longest ago. */
export async function findForgottenTurns(d1: D1Database, before: number, limit: number): Promise<OpenTurn[]> {
  const { results } = await d1
    .prepare(`SELECT ${OPEN} WHERE outcome IS NULL AND looked_at < ?1 ORDER BY looked_at LIMIT ?2`)
    .bind(before, limit)
    .all<Raw>()
  return results.map(openTurn)
}

export async function markTurnChecked(
  d1: D1Database,
  { threadId, runId, node }: TurnKey,
  now: number,
): Promise<void> {
  await d1
    .prepare(`UPDATE agent_turns SET looked_at = ?4 WHERE ${KEY}`)
    .bind(threadId, runId, node, now)
    .run()
}

/** `node` is the path of the node that answers. Empty if the run is a call of an agent. */
export type TurnKey = { threadId: string; runId: string; node: string }

const KEY = 'thread_id = ?1 AND run_id = ?2 AND node = ?3'

export async function hasTurn(d1: D1Database, { threadId, runId, node }: TurnKey): Promise<boolean> {
  const row = await d1
    .prepare(`SELECT 1 AS one FROM agent_turns WHERE ${KEY}`)
    .bind(threadId, runId, node)
    .first()
  return row !== null
}

export type Claim = {
  asked: string
  tokens: number
  /** Queued, because another call is being answered. */
  mayWait: boolean
  /** Deletes the newest turn, because its question is asked again. */
  isAgain: boolean
  now: number
}

const FREE = 'NOT EXISTS (SELECT 1 FROM agent_turns WHERE thread_id = ?1 AND outcome IS NULL)'

const NEWEST = `thread_id = ?1 AND ${FREE} AND n = (SELECT max(n) FROM agent_turns WHERE thread_id = ?1)`

const SIZE = `${bytesOf('asked')} + coalesce(${bytesOf('answer')}, 0)`

/** Deletes it, and subtracts its size. */
const removal = (d1: D1Database, which: string, values: string[]): D1PreparedStatement[] => [
  d1
    .prepare(
      `UPDATE agent_threads SET turns = turns - 1, bytes = bytes - (SELECT ${SIZE} FROM agent_turns WHERE ${which})
       WHERE id = ?1 AND EXISTS (SELECT 1 FROM agent_turns WHERE ${which})`,
    )
    .bind(...values),
  d1.prepare(`DELETE FROM agent_turns WHERE ${which} RETURNING *`).bind(...values),
]

/** The columns of a turn that was deleted because its question is asked again. */
export type RemovedTurn = Record<string, string | number | null>

/** The new turn was refused, so the old one stays. Changes nothing if its position was taken since. */
export async function restoreTurn(d1: D1Database, threadId: string, turn: RemovedTurn): Promise<void> {
  const names = Object.keys(turn)
  await d1.batch([
    d1
      .prepare(
        `INSERT INTO agent_turns (${names.join(', ')}) SELECT ${names.map((name) => `?2 ->> '${name}'`).join(', ')}
         FROM agent_threads WHERE id = ?1 ON CONFLICT DO NOTHING`,
      )
      .bind(threadId, JSON.stringify(turn)),
    d1
      .prepare(
        `UPDATE agent_threads SET turns = turns + 1, bytes = bytes + (SELECT ${SIZE} FROM agent_turns WHERE thread_id = ?1 AND n = ?2)
         WHERE id = ?1 AND changes() = 1`,
      )
      .bind(threadId, turn.n ?? 0),
  ])
}

/**
 * Returns the turn that was deleted because its question is asked again, if any. Null if the thread was not free and had no room in its
 * queue; then all turns stay.
 */
export async function claimTurn(
  d1: D1Database,
  { threadId, runId, node }: TurnKey,
  { asked, tokens, mayWait, isAgain, now }: Claim,
): Promise<{ removed: RemovedTurn | null } | null> {
  const results = await d1.batch<RemovedTurn>([
    ...(isAgain ? removal(d1, NEWEST, [threadId]) : []),
    d1
      .prepare(
        `INSERT INTO agent_turns (thread_id, n, run_id, node, asked, tokens, created_at, looked_at)
         SELECT id, coalesce((SELECT max(n) FROM agent_turns WHERE thread_id = ?1 AND n >= ${WAITING}), ${WAITING}) + 1, ?2, ?7, ?3, ?4, ?5, ?5
         FROM agent_threads WHERE id = ?1 AND turns < ${MAX_TURNS} AND bytes + ${bytesOf('?3')} <= ${MAX_THREAD_BYTES}
           AND (SELECT count(*) FROM agent_turns WHERE thread_id = ?1 AND outcome IS NULL) < ?6`,
      )
      .bind(threadId, runId, asked, tokens, now, mayWait ? MAX_IN_LINE + 1 : 1, node),
    d1
      .prepare(
        `UPDATE agent_threads SET turns = turns + 1, bytes = bytes + ${bytesOf('?3')}, updated_at = ?2
         WHERE id = ?1 AND changes() = 1`,
      )
      .bind(threadId, now, asked),
  ])
  const removed = isAgain ? (results[1]?.results[0] ?? null) : null
  if (results.at(-2)?.meta.changes === 1) return { removed }
  if (removed !== null) await restoreTurn(d1, threadId, removed)
  return null
}

/** Releases a turn whose run was never started. */
export async function deleteTurn(d1: D1Database, { threadId, runId, node }: TurnKey): Promise<void> {
  await d1.batch(removal(d1, `${KEY} AND outcome IS NULL AND n >= ${WAITING}`, [threadId, runId, node]))
}

/** Another run answers instead: a retry, or the run with a new id because the host was full. */
export async function setTurnRun(
  d1: D1Database,
  { threadId, runId, node }: TurnKey,
  to: string,
): Promise<void> {
  await d1
    .prepare(
      `UPDATE agent_turns SET run_id = ?4 WHERE ${KEY} AND outcome IS NULL
         AND NOT EXISTS (SELECT 1 FROM agent_turns WHERE thread_id = ?1 AND run_id = ?4 AND node = ?3)`,
    )
    .bind(threadId, runId, node, to)
    .run()
}

const NEXT = `(SELECT coalesce(max(n), 0) + 1 FROM agent_turns WHERE thread_id = ?1 AND n < ${WAITING})`

/** The gate orders calls of agents. Answers of workflows are only separated from them by their turn. */
const NO_WORKFLOW = `NOT EXISTS (SELECT 1 FROM agent_turns o WHERE o.thread_id = ?1 AND o.outcome IS NULL AND o.node <> ''
  AND NOT (o.run_id = ?2 AND o.node = ?3))`

/** Its position. Null if there is no such turn, or a workflow is answering. Repeating it changes nothing. */
export async function startTurn(d1: D1Database, { threadId, runId, node }: TurnKey): Promise<number | null> {
  const [, found] = await d1.batch<{ n: number }>([
    d1
      .prepare(
        `UPDATE agent_turns SET n = ${NEXT} WHERE ${KEY} AND n >= ${WAITING} AND outcome IS NULL AND ${NO_WORKFLOW}`,
      )
      .bind(threadId, runId, node),
    d1.prepare(`SELECT n FROM agent_turns WHERE ${KEY} AND n < ${WAITING}`).bind(threadId, runId, node),
  ])
  return found?.results[0]?.n ?? null
}

export type Kept = {
  answer: string
  tokens: number
  outcome: string
  /** The new summary of the turns before `windowFrom`. */
  summed: { summary: string; windowFrom: number } | null
}

export async function completeTurn(
  d1: D1Database,
  { threadId, runId, node }: TurnKey,
  { answer, tokens, outcome, summed }: Kept,
  now: number,
): Promise<void> {
  await d1.batch([
    d1
      .prepare(
        `UPDATE agent_threads SET updated_at = ?4, summary = coalesce(?5, summary), window_from = max(window_from, ?6),
           bytes = bytes + ${bytesOf('?7')}
         WHERE id = ?1 AND EXISTS (SELECT 1 FROM agent_turns WHERE ${KEY} AND outcome IS NULL)`,
      )
      .bind(threadId, runId, node, now, summed?.summary ?? null, summed?.windowFrom ?? 0, answer),
    d1
      .prepare(
        `UPDATE agent_turns SET n = CASE WHEN n >= ${WAITING} THEN ${NEXT} ELSE n END,
           answer = ?4, tokens = tokens + ?5, outcome = ?6, ended_at = ?7
         WHERE ${KEY} AND outcome IS NULL`,
      )
      .bind(threadId, runId, node, answer, tokens, outcome, now),
  ])
}
