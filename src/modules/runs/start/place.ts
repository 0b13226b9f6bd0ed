// Chooses the host of a new run: one that the team's runs share, or one of its own. Invariants:
// 1. The place is part of the run's id and never changes.
// 2. A start that may be repeated gets its place from its key. That place can change when the number of hosts or the workflow
//    changes or a host is full, so the index is first searched for a run with this key.
// 3. A host that is full or belongs to another team refuses the run. Then the next place is tried, and finally a host of its own.
import type { RequestContext } from '../../../context.ts'
import { remember } from '../../../core/remember.ts'
import { derivedRunId, newRunId, startKeyOf } from '../../../core/run-id.ts'
import { findStarted } from './repo.ts'

/** After this many full hosts, a run gets a host of its own. */
const MAX_TRIES = 4

type Workflow = { id: string; teamId: string; definition: string; definitionHash: string }

const onceText = (teamId: string, workflowId: string, once: string): string =>
  `${teamId} ${workflowId} ${once}`

/** The id of a repeatable start, known before it is sent. */
export const runIdOf = (
  { RUN_SHARDS }: Pick<RequestContext['settings'], 'RUN_SHARDS'>,
  { teamId, id, isOwn }: { teamId: string; id: string; isOwn: boolean },
  once: string,
): Promise<string> => derivedRunId(teamId, onceText(teamId, id, once), isOwn ? 'own' : { shards: RUN_SHARDS })

export type StartIds = {
  /** Null if the start cannot have been sent before. */
  startKey: string | null
  /** The run that the start may already have created; otherwise the run that it creates. */
  first: string
  /** The next place, after a host refused the run; null if there are no more. */
  next(): Promise<string | null>
}

/** `known` is an id that this start received before. */
export async function idsOf(
  { env, settings, now }: Pick<RequestContext, 'env' | 'settings' | 'now'>,
  workflow: Workflow,
  { once, known }: { once: string | undefined; known: string | undefined },
): Promise<StartIds> {
  const { teamId } = workflow
  const shards = settings.RUN_SHARDS
  const isOwn = wantsOwn(workflow)
  let tries = 0
  const placed = (): Promise<string> => {
    const isAlone = isOwn || tries >= MAX_TRIES
    const after = tries * shards
    if (once !== undefined)
      return derivedRunId(teamId, onceText(teamId, workflow.id, once), isAlone ? 'own' : { shards, after })
    return Promise.resolve(newRunId(teamId, isAlone ? 'own' : randomShard(shards) + after, now()))
  }
  const next = async (): Promise<string | null> => {
    tries++
    return tries > MAX_TRIES ? null : placed()
  }
  const made = known ?? (await placed())
  if (once === undefined) return { startKey: null, first: made, next }
  const startKey = startKeyOf(made)
  return { startKey, first: known ?? (await findStarted(env.DB, teamId, startKey)) ?? made, next }
}

const randomShard = (shards: number): number => (crypto.getRandomValues(new Uint8Array(1))[0] ?? 0) % shards

const MAX_KNOWN = 500
const own = new Map<string, boolean>()

/** From the definition, which is parsed once. */
export function wantsOwn({
  definition,
  definitionHash,
}: Pick<Workflow, 'definition' | 'definitionHash'>): boolean {
  const known = own.get(definitionHash)
  if (known !== undefined) return known
  const { settings } = JSON.parse(definition) as { settings?: { isolation?: string } }
  return remember(own, MAX_KNOWN, definitionHash, settings?.isolation === 'own')
}
