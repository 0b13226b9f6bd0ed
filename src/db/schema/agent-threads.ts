// Conversations with agents. A turn is a question and its result. Without an outcome, its run is active, or has ended and must still
// be added to the thread.
import { sql } from 'drizzle-orm'
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { teams } from './teams.ts'

export const agentThreads = sqliteTable(
  'agent_threads',
  {
    id: text('id').primaryKey(),
    teamId: text('team_id')
      .notNull()
      .references(() => teams.id, { onDelete: 'cascade' }),
    /** An agent or built-in type; empty if any agent may answer. */
    agentId: text('agent_id').notNull(),
    title: text('title').notNull(),
    /** JSON. */
    metadata: text('metadata').notNull(),
    turns: integer('turns').notNull().default(0),
    /** The bytes of its questions and answers. */
    bytes: integer('bytes').notNull().default(0),
    /** A summary of the turns before `window_from`. */
    summary: text('summary').notNull().default(''),
    windowFrom: integer('window_from').notNull().default(1),
    createdBy: text('created_by').notNull(),
    createdAt: integer('created_at').notNull(),
    updatedAt: integer('updated_at').notNull(),
  },
  (t) => [
    index('agent_threads_created').on(t.teamId, t.createdAt, t.id),
    index('agent_threads_updated').on(t.teamId, t.updatedAt, t.id),
  ],
)

export const agentTurns = sqliteTable(
  'agent_turns',
  {
    threadId: text('thread_id')
      .notNull()
      .references(() => agentThreads.id, { onDelete: 'cascade' }),
    /** Its position. A turn whose run has not begun has a number far above all others. */
    n: integer('n').notNull(),
    runId: text('run_id').notNull(),
    /** The path of the node that answers; empty where the run is a call of an agent, and answers as a whole. */
    node: text('node').notNull().default(''),
    /** JSON: messages for a model. */
    asked: text('asked').notNull(),
    answer: text('answer'),
    /** The approximate number of tokens for sending it again. */
    tokens: integer('tokens').notNull(),
    /** Why the answer ended. Null until it is stored. */
    outcome: text('outcome'),
    createdAt: integer('created_at').notNull(),
    endedAt: integer('ended_at'),
    /** When it was last checked whether its run has ended. */
    lookedAt: integer('looked_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.threadId, t.n] }),
    uniqueIndex('agent_turns_run').on(t.threadId, t.runId, t.node),
    index('agent_turns_open').on(t.threadId, t.n).where(sql`${t.outcome} IS NULL`),
    index('agent_turns_forgotten').on(t.lookedAt).where(sql`${t.outcome} IS NULL`),
  ],
)
