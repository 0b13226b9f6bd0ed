// The runs that follow this one. Invariants:
// 1. A run has one retry and one compensation. The id of each is stored before it is started, so concurrent requests
//    get the same id and are one run.
// 2. A run that was retried cannot be compensated, because the retry continues its work. The retry can be
//    compensated.
// 3. If the run was never started, its stored id is released, or reused by the next request.
import { newRunId, placeOf } from '../../../../src/core/run-id.ts'
import { isTerminal } from '../../../../src/engine/model/state.ts'
import type { Claim, ClaimAnswer, Standing } from '../../../../src/objects/following-runs.ts'
import { readFollowers, writeFollowers } from '../../rows/stored-followers.ts'
import type { RunShell } from '../../run-shell.ts'

export function claim(
  { run, store, now }: RunShell,
  { mode, key, runId, place, onlyLatest }: Claim,
): ClaimAnswer {
  if (run === null || !isTerminal(run.state.run.status)) return { ok: false, reason: 'not_there' }
  const followers = readFollowers(store)
  const { retry, compensate, rerun } = followers
  if (mode === 'compensate' && retry !== undefined)
    return { ok: false, reason: 'retried', runId: retry.runId }
  if (onlyLatest && mode === 'rerun') {
    const follower = rerun ?? retry
    if (follower !== undefined && follower.runId !== runId)
      return { ok: false, reason: rerun === undefined ? 'retried' : 'rerun', runId: follower.runId }
  }
  if (onlyLatest && mode === 'retry' && rerun !== undefined)
    return { ok: false, reason: 'rerun', runId: rerun.runId }
  const known = mode === 'retry' ? retry : mode === 'compensate' ? compensate : undefined
  if (known !== undefined) {
    const isSame = key !== undefined && known.key === key
    return { ok: true, runId: known.runId, isNew: false, isSame, ageMs: now() - (known.at ?? 0) }
  }
  const at = now()
  const follower = {
    runId: runId ?? newRunId(run.spec.teamId, place ?? placeOf(run.spec.runId), at),
    at,
    ...(key === undefined ? {} : { key }),
  }
  writeFollowers(store, { ...followers, [mode]: follower })
  return { ok: true, runId: follower.runId, isNew: true, isSame: true, ageMs: 0 }
}

/** The start was refused, or the run was deleted. Effects that were undone stay undone. */
export function release({ run, store }: RunShell, mode: Claim['mode'], runId: string): void {
  if (run === null) return
  const followers = readFollowers(store)
  if (followers[mode]?.runId !== runId) return
  const { [mode]: _released, ...rest } = followers
  writeFollowers(store, rest)
}

export function standingOf({ run, store }: RunShell): Standing | null {
  if (run === null) return null
  const { retry, compensate } = readFollowers(store)
  return {
    teamId: run.spec.teamId,
    status: run.state.run.status,
    retry: retry?.runId ?? null,
    compensation: compensate?.runId ?? null,
  }
}
