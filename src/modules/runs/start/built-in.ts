// Starts built-in definitions, which are not workflows of the team. Their runs have a `kind`.
import type { RequestContext } from '../../../context.ts'
import { sha256Hex } from '../../../core/crypto.ts'
import { notFound } from '../../../core/errors.ts'
import type { RunKind } from '../../../objects/workflow-run.ts'
import type { Runnable } from '../../workflows/index.ts'
import { findRoom } from './repo.ts'

export async function builtInRunnable(
  { env }: RequestContext,
  teamId: string,
  { kind, name, definition }: { kind: RunKind; name: string; definition: string },
): Promise<Runnable> {
  const room = await findRoom(env.DB, teamId)
  if (room === null) throw notFound('The team')
  return {
    ...{ id: kind, teamId, name, active: 1, errorWorkflowId: null, version: 0, vars: null },
    ...{ definition, definitionHash: await sha256Hex(definition) },
    ...room,
  }
}
