// Agents of a team in the form that calls use: with their version. Built-in types are agents of every team.
import type { AgentSpec } from '../../../nodes/ai/agent-spec.ts'
import { builtInAgent, isBuiltInType } from '../built-in/types.ts'
import { type Content, contentOf } from './content.ts'
import { findAgentsById, findVersionAt } from './repo.ts'

/** Without models, the default model is used. */
export function specOf(
  id: string,
  version: number,
  {
    name,
    config: { instructions, models, tools, outputSchema, limits, memory },
  }: Pick<Content, 'name' | 'config'>,
): AgentSpec {
  return {
    id,
    version,
    name,
    instructions,
    tools,
    limits,
    memory,
    ...(models.length === 0 ? {} : { models }),
    ...(outputSchema === null ? {} : { outputSchema }),
  }
}

/** Those of the ids and types that exist in the team, in their current version. */
export async function currentAgents(
  d1: D1Database,
  teamId: string,
  ids: readonly string[],
): Promise<Map<string, AgentSpec>> {
  const wanted = [...new Set(ids)]
  const stored = wanted.filter((id) => !isBuiltInType(id))
  const rows = stored.length === 0 ? [] : await findAgentsById(d1, teamId, stored)
  return new Map([
    ...wanted.filter(isBuiltInType).map((type) => [type, specOf(type, 1, builtInAgent(type))] as const),
    ...rows.map((row) => [row.id, specOf(row.id, row.version, contentOf(row))] as const),
  ])
}

export const currentAgent = async (d1: D1Database, teamId: string, id: string): Promise<AgentSpec | null> =>
  (await currentAgents(d1, teamId, [id])).get(id) ?? null

/** The version that was current at a time. For an agent that was created later, its first version. */
export async function agentAt(
  d1: D1Database,
  teamId: string,
  id: string,
  at: number,
): Promise<AgentSpec | null> {
  if (isBuiltInType(id)) return specOf(id, 1, builtInAgent(id))
  const row = await findVersionAt(d1, teamId, id, at)
  return row === null ? null : specOf(id, row.version, JSON.parse(row.agent) as Content)
}
