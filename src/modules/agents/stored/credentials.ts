// What the tools and models of an agent can access: the integrations must exist, and with an API key an agent cannot
// do more than the key itself. A person who creates an agent for the team shares its tools: everyone who may call it,
// can use them through it.
import type { Actor, RequestContext } from '../../../context.ts'
import { AppError } from '../../../core/errors.ts'
import { requireScope, type Scope } from '../../../http/scopes.ts'
import { findCredentials } from '../../integrations/index.ts'

/** What a caller could do with a tool if the model follows instructions. */
const SCOPE_OF_TOOL: Record<string, Scope> = {
  'files.read': 'files:read',
  'files.list': 'files:read',
  // Without a search service, it searches the files of the team.
  'web.search': 'files:read',
  'files.write': 'files:write',
  'workflow.run': 'runs:write',
  notify: 'notify:write',
}

type ToolUse =
  | string
  | {
      name: string
      policy?: 'allow' | 'ask' | 'deny' | undefined
      config?: Record<string, unknown> | undefined
    }

/** Outside of the prefix of agents, the store has what workflows store. */
const OWN_PREFIX = /^agents\//

/** For agents that the caller creates or sends along, and for built-in ones. */
export function requireToolRights(actor: Actor, tools: readonly ToolUse[]): void {
  for (const tool of tools) {
    const { name, policy, config } =
      typeof tool === 'string' ? { name: tool, policy: undefined, config: undefined } : tool
    const scope = scopeOf(name, config)
    if (scope === undefined || policy === 'deny') continue
    requireScope(actor, scope, `The tool ${name} also needs the right ${scope}.`)
  }
}

function scopeOf(name: string, config: Record<string, unknown> | undefined): Scope | undefined {
  const prefix = config?.prefix
  if (name.startsWith('store.') && typeof prefix === 'string' && !OWN_PREFIX.test(prefix))
    return 'workflows:write'
  return scopeOfTool(name) ?? undefined
}

/** With its default settings. */
export const scopeOfTool = (name: string): Scope | null =>
  Object.hasOwn(SCOPE_OF_TOOL, name) ? (SCOPE_OF_TOOL[name] ?? null) : null

/** For tools that are only known at run time. */
export const requireAllToolRights = (actor: Actor): void =>
  requireToolRights(actor, Object.keys(SCOPE_OF_TOOL))

type Naming = {
  tools?: readonly (string | { config?: Record<string, unknown> | undefined })[] | undefined
  models?: readonly { integration?: string | undefined }[] | undefined
}

export async function requireKnownCredentials(
  { env, actor }: Pick<RequestContext, 'env'> & { actor: Actor },
  { tools = [], models = [] }: Naming,
  /** Their path in the request. */
  at: '' | '/agent' = '',
): Promise<void> {
  const named = [
    ...tools.flatMap((tool, index) => {
      const credential = typeof tool === 'string' ? undefined : tool.config?.credential
      return typeof credential === 'string'
        ? [{ path: `${at}/tools/${index}/config/credential` as const, credential }]
        : []
    }),
    ...models.flatMap(({ integration }, index) =>
      integration === undefined
        ? []
        : [{ path: `${at}/models/${index}/integration` as const, credential: integration }],
    ),
  ]
  if (named.length === 0) return
  const known = await findCredentials(
    env.DB,
    actor.teamId,
    named.map(({ credential }) => credential),
  )
  const errors = named
    .filter(({ credential }) => !known.has(credential))
    .map(({ path, credential }) => ({
      path,
      code: 'credential.not_found',
      message: `the team has no integration ${JSON.stringify(credential)}`,
    }))
  if (errors.length > 0) throw new AppError('request.invalid', { errors })
  const why = 'A tool or model uses an integration. This needs the right integrations:use.'
  requireScope(actor, 'integrations:use', why)
}
