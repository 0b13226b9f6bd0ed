// What the tools and models of an agent may reach: integrations that they name must be there, and a key gives an agent no more than it may do
// itself. An agent that people of the team have made is theirs to give: who may call it, may call it with its tools.
import type { Actor, RequestContext } from '../../../context.ts'
import { AppError } from '../../../core/errors.ts'
import { requireScope, type Scope } from '../../../http/scopes.ts'
import { findCredentials } from '../../integrations/index.ts'

/** What a caller could do by a tool, if a model does as it is told. */
const SCOPE_OF_TOOL: Record<string, Scope> = {
  'files.read': 'files:read',
  'files.list': 'files:read',
  // Without a search service it looks through the files of the team.
  'web.search': 'files:read',
  'files.write': 'files:write',
  'workflow.run': 'runs:write',
  notify: 'notify:write',
}

type ToolUse = string | { name: string; policy?: 'allow' | 'ask' | 'deny' | undefined }

/** For an agent that the caller makes or brings along, and for those that every team has. */
export function requireToolRights(actor: Actor, tools: readonly ToolUse[]): void {
  for (const tool of tools) {
    const { name, policy } = typeof tool === 'string' ? { name: tool, policy: undefined } : tool
    const scope = Object.hasOwn(SCOPE_OF_TOOL, name) ? SCOPE_OF_TOOL[name] : undefined
    if (scope === undefined || policy === 'deny') continue
    requireScope(actor, scope, `The tool ${name} needs the right ${scope} as well.`)
  }
}

type Naming = {
  tools?: readonly (string | { config?: Record<string, unknown> | undefined })[] | undefined
  models?: readonly { integration?: string | undefined }[] | undefined
}

export async function requireKnownCredentials(
  { env, actor }: Pick<RequestContext, 'env'> & { actor: Actor },
  { tools = [], models = [] }: Naming,
  /** Where they stand in what was sent. */
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
  const why = 'A tool or model names an integration, which needs the right integrations:use.'
  requireScope(actor, 'integrations:use', why)
}
