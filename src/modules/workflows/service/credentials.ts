// Integrations that workflows use. When a version is saved, they must exist and have a suitable type.
import type { Actor, RequestContext } from '../../../context.ts'
import { formatLocation, type Problem, quoted } from '../../../engine/model/problem.ts'
import { isFixed } from '../../../nodes/fixed.ts'
import { findCredentials, type KnownCredential } from '../../integrations/index.ts'
import type { StoredTrigger } from '../../triggers/index.ts'
import { toolCredentialsIn } from '../check/agents.ts'
import {
  credentialsIn,
  type NamedCredential,
  renameCredentials,
  renameInTriggers,
} from '../check/credentials.ts'
import { inBody, workflowInvalid } from '../check/index.ts'

type Asker = Pick<RequestContext, 'env'> & { actor: Actor }

export async function credentialProblems(
  { env, actor }: Asker,
  definition: unknown,
  triggers: unknown,
): Promise<Problem[]> {
  const inTools = toolCredentialsIn(definition).filter(({ ref }) => isFixed(ref))
  const named = [...credentialsIn(definition, triggers), ...inTools]
  if (named.length === 0) return []
  const known = await findCredentials(
    env.DB,
    actor.teamId,
    named.map(({ ref }) => ref),
  )
  const problems = named.flatMap((one) => problemOf(one, known.get(one.ref)))
  return problems.map((problem) => inBody(problem, definition))
}

function problemOf(
  { ref, at, for: purpose }: NamedCredential,
  known: KnownCredential | undefined,
): Problem[] {
  const path = formatLocation(at)
  if (known === undefined)
    return [
      {
        path,
        code: 'credential.not_found',
        message: `The team has no integration ${quoted(ref)}`,
        hint: 'Use the id or name of an integration from GET /api/v1/users/integrations',
      },
    ]
  // What a tool or a model needs from an integration is only known when it is called.
  if (purpose === 'tools' || known.usableFor.includes(purpose)) return []
  const what = purpose === 'requests' ? 'cannot authenticate requests' : 'has no webhook secret'
  return [
    {
      path,
      code: 'credential.unusable',
      message: `The integration ${quoted(known.name)} (${known.type}) ${what}`,
    },
  ]
}

export type NamedInFile = { name: string; type: string }

/** Replaces ids with names, because ids are specific to an installation. */
export async function withNames(
  ctx: Asker,
  definition: unknown,
  triggers: StoredTrigger[],
): Promise<{ definition: unknown; triggers: StoredTrigger[]; credentials: NamedInFile[] }> {
  const refs = credentialsIn(definition, triggers).map(({ ref }) => ref)
  if (refs.length === 0) return { definition, triggers, credentials: [] }
  const known = await findCredentials(ctx.env.DB, ctx.actor.teamId, refs)
  const nameOf = (ref: string): string => known.get(ref)?.name ?? ref
  const found = new Map([...known.values()].map(({ name, type }) => [name, { name, type }]))
  return {
    definition: renameCredentials(definition, nameOf),
    triggers: renameInTriggers(triggers, nameOf),
    credentials: [...found.values()].sort((a, b) => a.name.localeCompare(b.name)),
  }
}

/** Rejects a file that names an integration with another type: its key would be sent to another service. */
export async function requireSameTypes(
  ctx: Asker,
  named: readonly NamedInFile[],
  map: Readonly<Record<string, string>>,
): Promise<void> {
  const refOf = ({ name }: NamedInFile): string => (Object.hasOwn(map, name) ? (map[name] ?? name) : name)
  const known = await findCredentials(ctx.env.DB, ctx.actor.teamId, named.map(refOf))
  const problems = named.flatMap((one): Problem[] => {
    const here = known.get(refOf(one))
    if (here === undefined || here.type === one.type) return []
    const message = `${quoted(here.name)} has the type ${here.type}, but the file expects ${one.type}`
    return [{ path: `/credentials/${one.name}`, code: 'credential.unusable', message }]
  })
  if (problems.length > 0) throw workflowInvalid(problems)
}
