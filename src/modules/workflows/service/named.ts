// Integrations, agents and files that workflows use. When a version is saved, the integrations and agents must exist, and the
// author must be allowed to use all of them.
import type { Actor, RequestContext } from '../../../context.ts'
import { formatLocation, type Problem, quoted } from '../../../engine/model/problem.ts'
import { requireScope, type Scope } from '../../../http/scopes.ts'
import { currentAgents, requireAllToolRights, requireToolRights } from '../../agents/index.ts'
import { namesFiles } from '../../files/index.ts'
import {
  agentsIn,
  asksTeamAgent,
  hasUnknownModels,
  hasUnknownTools,
  hasUnnamedTools,
  ownToolsIn,
  toolCredentialsIn,
} from '../check/agents.ts'
import { credentialsIn } from '../check/credentials.ts'
import { fileUses, scopesOfNodes } from '../check/files.ts'
import { inBody, workflowInvalid } from '../check/index.ts'
import { credentialProblems } from './credentials.ts'

type Asker = Pick<RequestContext, 'env'> & { actor: Actor }

/** Throws 422 with all problems, and 403 for an API key that may edit workflows but not use what they name. */
export async function requireNamed(ctx: Asker, definition: unknown, triggers: unknown): Promise<void> {
  const problems = await namedProblems(ctx, definition, triggers)
  if (problems.length > 0) throw workflowInvalid(problems)
  requireMayUse(ctx.actor, definition, triggers)
}

/** For unchecked content, such as a draft. */
export function requireMayUse(actor: Actor, definition: unknown, triggers: unknown): void {
  const named = [...credentialsIn(definition, triggers), ...toolCredentialsIn(definition)]
  if (named.length > 0) requireFor(actor, 'integrations:use', 'an integration')
  if (hasUnknownTools(definition))
    requireFor(actor, 'integrations:use', 'tools through an expression, which could name an integration')
  if (hasUnnamedTools(definition)) requireAllToolRights(actor)
  if (hasUnknownModels(definition))
    requireFor(actor, 'integrations:use', 'models through an expression, which could name an integration')
  if (asksTeamAgent(definition)) requireFor(actor, 'agents:run', 'an agent or a thread of the team')
  requireToolRights(actor, ownToolsIn(definition))
  for (const { type, scope } of scopesOfNodes(definition)) requireFor(actor, scope, `the node ${type}`)
  const { reads, writes } = fileUses(definition)
  if (reads || namesFiles(definition) || namesFiles(triggers))
    requireFor(actor, 'files:read', 'files of the team')
  if (writes) requireFor(actor, 'files:write', 'nodes that write or delete files')
}

const requireFor = (actor: Actor, scope: Scope, what: string): void =>
  requireScope(actor, scope, `The workflow uses ${what}, which requires the scope ${scope}.`)

/** A key that adds or activates a trigger must be able to start runs itself. The same holds for the secret of a webhook, with which anybody can deliver. */
export function requireMayStart(actor: Actor): void {
  requireScope(actor, 'runs:write', 'Triggers start runs, which requires the scope runs:write.')
}

export const namedProblems = async (ctx: Asker, definition: unknown, triggers: unknown): Promise<Problem[]> =>
  (await Promise.all([credentialProblems(ctx, definition, triggers), agentProblems(ctx, definition)])).flat()

async function agentProblems({ env, actor }: Asker, definition: unknown): Promise<Problem[]> {
  const named = agentsIn(definition)
  if (named.length === 0) return []
  const known = await currentAgents(
    env.DB,
    actor.teamId,
    named.map(({ agentId }) => agentId),
  )
  return named
    .filter(({ agentId }) => !known.has(agentId))
    .map(({ agentId, at }) =>
      inBody(
        {
          path: formatLocation(at),
          code: 'agent.not_found',
          message: `The team has no agent ${quoted(agentId)}`,
          hint: 'Use an id from GET /api/v1/agents, or a built-in type',
        },
        definition,
      ),
    )
}
