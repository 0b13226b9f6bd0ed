// What people do to a run, for the audit log in D1. Invariants:
// 1. A entry is written down in the turn in which it came true, and goes through the outbox: a crash loses neither, and
//    what was refused or was so already leaves no entry.
// 2. An entry has its id from the beginning, so that it is there once however often it is sent.
// 3. A start costs no row here: its entry follows from the spec, and goes with the report that makes the run's row.
import { idBeside, newId } from '../../../src/core/ids.ts'
import type { Json } from '../../../src/core/json.ts'
import { type AuditEntry, type AuditRow, insertAuditOnce } from '../../../src/db/audit-row.ts'
import type { RunActor } from '../../../src/objects/workflow-run.ts'
import type { RunShell } from '../run-shell.ts'
import type { Run } from '../turn/scope.ts'

/** The target is the run unless it says otherwise. */
export type RunAuditEntry = Pick<AuditEntry, 'action' | 'after'> &
  Partial<Pick<AuditEntry, 'targetType' | 'targetId'>>

const AUDIT = 'audit'

/** Inside the turn. Without `who` it is the system's own doing, or a caller that writes the entry itself. */
export function addAuditEntry(machine: RunShell, who: RunActor | undefined, entry: RunAuditEntry): void {
  if (who === undefined) return
  const at = machine.now()
  machine.tell(AUDIT, rowOf(machine.requireRun(), who, entry, newId('aud', at), at) as unknown as Json)
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
  return rowOf(run, by, { action: 'run.started', after }, idBeside('aud', runId, createdAt), createdAt)
}

function rowOf({ spec }: Run, who: RunActor, entry: RunAuditEntry, id: string, createdAt: number): AuditRow {
  return {
    targetType: 'run',
    targetId: spec.runId,
    ...entry,
    id,
    teamId: spec.teamId,
    actorId: who.userId,
    actorKind: who.kind,
    actorKeyId: who.keyId,
    address: who.address,
    userAgent: who.userAgent,
    createdAt,
    requestId: who.requestId,
  }
}
