// Agents of teams: their current state, their versions, and templates.
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { teams } from './teams.ts'

export const agents = sqliteTable(
  'agents',
  {
    id: text('id').primaryKey(),
    teamId: text('team_id')
      .notNull()
      .references(() => teams.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    description: text('description').notNull(),
    type: text('type').notNull(),
    /** All other settings, as JSON in the form of `AgentConfig`. */
    config: text('config').notNull(),
    /** JSON. */
    tags: text('tags').notNull(),
    version: integer('version').notNull().default(1),
    createdBy: text('created_by').notNull(),
    createdAt: integer('created_at').notNull(),
    updatedAt: integer('updated_at').notNull(),
  },
  (t) => [
    index('agents_team_created').on(t.teamId, t.createdAt, t.id),
    index('agents_team_updated').on(t.teamId, t.updatedAt, t.id),
    index('agents_team_name').on(t.teamId, t.name, t.id),
  ],
)

/** Includes the current version. */
export const agentVersions = sqliteTable(
  'agent_versions',
  {
    agentId: text('agent_id')
      .notNull()
      .references(() => agents.id, { onDelete: 'cascade' }),
    version: integer('version').notNull(),
    /** JSON: name, description, type, config and tags. */
    agent: text('agent').notNull(),
    createdBy: text('created_by').notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.agentId, t.version] })],
)

export const agentTemplates = sqliteTable(
  'agent_templates',
  {
    id: text('id').primaryKey(),
    teamId: text('team_id')
      .notNull()
      .references(() => teams.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    description: text('description').notNull(),
    /** JSON: type, config and tags. */
    agent: text('agent').notNull(),
    createdBy: text('created_by').notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (t) => [index('agent_templates_team').on(t.teamId, t.createdAt, t.id)],
)
