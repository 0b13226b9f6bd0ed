// Integrations that workflows name: they must be there, of a fitting type, when a version is saved.
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
        hint: 'Name one of GET /api/v1/users/integrations, by id or name',
      },
    ]
  // What a tool or a model needs of it only the call knows.
  if (purpose === 'tools' || known.usableFor.includes(purpose)) return []
  const what = purpose === 'requests' ? 'signs no requests' : 'has no secret for webhooks set'
  return [
    {
      path,
      code: 'credential.unusable',
      message: `The integration ${quoted(known.name)} (${known.type}) ${what}`,
    },
  ]
}

export type NamedInFile = { name: string; type: string }

/** As a file says them: ids belong to one installation, names and types to any. */
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

/** A file that says what its integrations are is not run with others: a key would go to another service. */
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
    const message = `${quoted(here.name)} is of the type ${here.type}, and the file expects ${one.type}`
    return [{ path: `/credentials/${one.name}`, code: 'credential.unusable', message }]
  })
  if (problems.length > 0) throw workflowInvalid(problems)
}
