// Values that are too large for the storage of a run become files of the run. Invariants:
// 1. The name of a file contains the path of its activation, so a repeated attempt finds the file of the first one.
// 2. The file belongs to the run: no list contains it, it counts against the team's storage, and it is deleted with
//    the run.
// 3. The file is written before the outcome that refers to it is recorded.
import { setTimeout as pause } from 'node:timers/promises'
import { openContext } from '../../../src/context.ts'
import { AppError } from '../../../src/core/errors.ts'
import type { Env } from '../../../src/env.ts'
import { type FileRef, writeTeamFile } from '../../../src/modules/files/index.ts'
import { NodeFailure, type NodeResult, PlatformUnavailable } from '../../../src/nodes/node.ts'
import { ask } from '../ports/binding.ts'
import { MAX_OFFLOAD_CHARS, MAX_OUTPUT_CHARS, toJson } from '../rows/values.ts'
import type { RunShell } from '../run-shell.ts'
import { asNodeError } from '../turn/compute.ts'
import { OUTPUT_PATH, type ShellFact } from '../turn/outcome.ts'
import type { Run } from '../turn/scope.ts'

const RETRY_MS = 2_000
const MAX_RETRY_MS = 30_000
const SLICE_CHARS = 1024 * 1024

export type OffloadScope = { env: Env; run: Run; now: () => number }

/** Replaces an output that is too large by the reference of its file. */
export async function offloadResult(
  scope: OffloadScope,
  path: string,
  result: NodeResult,
  maxChars: number,
  signal: AbortSignal,
): Promise<NodeResult> {
  if (!('output' in result)) return result
  const json = toJson(result.output)
  // A value that is not JSON is refused where it is recorded.
  if (!json.ok || json.value === null || json.value.length <= maxChars) return result
  return { ...result, output: await storeAsFile(scope, path, json.value, () => !signal.aborted) }
}

/** Writes the file. If the platform does not answer, retries as long as the value is needed. */
export async function storeAsFile(
  scope: OffloadScope,
  path: string,
  json: string,
  isWanted: () => boolean,
): Promise<FileRef> {
  if (json.length > MAX_OFFLOAD_CHARS)
    throw new NodeFailure({
      code: 'data.too_large',
      message: `The output has ${json.length} characters; at most ${MAX_OUTPUT_CHARS} are kept in a run and ${MAX_OFFLOAD_CHARS} in a file of it. Write it to files in parts.`,
      retryable: false,
    })
  for (let tries = 1; ; tries++) {
    try {
      return await write(scope, path, json)
    } catch (error) {
      if (error instanceof AppError)
        throw new NodeFailure({ code: error.code, message: error.message, retryable: false })
      if (!(error instanceof PlatformUnavailable) || !isWanted()) throw error
    }
    await pause(Math.min(MAX_RETRY_MS, tries * RETRY_MS))
  }
}

function write({ env, run, now }: OffloadScope, path: string, json: string): Promise<FileRef> {
  const { teamId, runId, startedBy, requestId } = run.spec
  const context = openContext(env, { now, requestId, defer: (work) => void work })
  return ask('The file storage', () =>
    writeTeamFile(context, {
      teamId,
      userId: startedBy,
      runId,
      name: `runs/${runId}/${path}.json`,
      contentType: 'application/json',
      chunks: slices(json),
      sizeBytes: null,
      operationId: `output ${runId} ${path}`,
    }),
  )
}

/** Encodes piece by piece, so that the text is not in memory a second time as bytes. Never splits a surrogate pair. */
async function* slices(json: string): AsyncGenerator<Uint8Array, undefined> {
  const encoder = new TextEncoder()
  for (let at = 0; at < json.length; ) {
    let end = Math.min(json.length, at + SLICE_CHARS)
    const last = json.charCodeAt(end - 1)
    if (end < json.length && last >= 0xd800 && last <= 0xdbff) end--
    yield encoder.encode(json.slice(at, end))
    at = end
  }
  return undefined
}

/**
 * The output of the run is too large, so the run ends after it is written to a file. After a crash the output is
 * collected again.
 */
export async function collectIntoFile(machine: RunShell, json: string): Promise<void> {
  let collected: ShellFact
  try {
    const run = machine.requireRun()
    const isWanted = () => machine.run === run && run.state.run.phase === 'collecting'
    const ref = await storeAsFile({ env: machine.env, run, now: machine.now }, OUTPUT_PATH, json, isWanted)
    collected = { fact: { type: 'run.collected' }, values: [[OUTPUT_PATH, { json: JSON.stringify(ref) }]] }
  } catch (error) {
    collected = { fact: { type: 'run.collected', error: asNodeError(error) } }
  }
  if (machine.run === null) return
  try {
    machine.feed([collected])
  } catch {
    // The turn has logged the error, and the run is loaded again.
  }
}
