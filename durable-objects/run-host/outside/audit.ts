// The actions of people on a run, for the audit log in D1. Invariants:
// 1. An entry is written in the turn that makes it true, and is sent through the outbox, so a crash loses neither. An
//    action that was refused, or changed nothing, gets no entry.
// 2. An entry gets its id when it is written, so it exists once however often it is sent.
// 3. A start needs no row here: its entry follows from the spec, and is sent with the report that creates the row of
//    the run.
import { newId, siblingId } from '../../../src/core/ids.ts'
import type { Json } from '../../../src/core/json.ts'
import { type AuditEntry, type AuditRow, insertAuditOnce } from '../../../src/db/audit-row.ts'
import type { RunActor } from '../../../src/objects/run-spec.ts'
import type { RunShell } from '../run-shell.ts'
import type { Run } from '../turn/scope.ts'

/** The target is the run unless the entry names another. */
export type RunAuditEntry = Pick<AuditEntry, 'action' | 'after'> &
  Partial<Pick<AuditEntry, 'targetType' | 'targetId'>>

const AUDIT = 'audit'

/** Called inside the turn. Without `actor`, the system acts, or the caller writes the entry itself. */
export function addAuditEntry(machine: RunShell, actor: RunActor | undefined, entry: RunAuditEntry): void {
  if (actor === undefined) return
  const at = machine.now()
  machine.enqueue(AUDIT, rowOf(machine.requireRun(), actor, entry, newId('aud', at), at) as unknown as Json)
}

export const writeAuditEntry = async (d1: D1Database, body: Json): Promise<void> => {
  await insertAuditOnce(d1, body as unknown as AuditRow).run()
}

export function startRow(run: Run, createdAt: number): AuditRow | null {
  const { by, runId, workflowId, workflowVersion, trigger, parent } = run.spec
  if (by === undefined) return null
  const after = {
    workflowId,
    workflowVersion,
    trigger: trigger.type,
    ...(parent === undefined ? {} : { parentRunId: parent.runId }),
  }
  return rowOf(run, by, { action: 'run.started', after }, siblingId('aud', runId, createdAt), createdAt)
}

function rowOf(
  { spec }: Run,
  actor: RunActor,
  entry: RunAuditEntry,
  id: string,
  createdAt: number,
): AuditRow {
  return {
    targetType: 'run',
    targetId: spec.runId,
    ...entry,
    id,
    teamId: spec.teamId,
    actorId: actor.userId,
    actorKind: actor.kind,
    actorKeyId: actor.keyId,
    address: actor.address,
    userAgent: actor.userAgent,
    createdAt,
    requestId: actor.requestId,
  }
}
