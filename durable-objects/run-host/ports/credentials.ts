// Integrations of the team, as the nodes of a run use them. Invariants:
// 1. Nothing here reaches the storage of the run. Decrypted secrets stay in memory for half a minute and are then
//    read again, so that a rotation or deletion takes effect soon.
// 2. Responses are searched for secrets before a node sees them, as a whole or as a stream into a file. The output of
//    the node is searched again, because a node may split or join texts.
import { AppError, ERRORS } from '../../../src/core/errors.ts'
import { hideIn, hideValues } from '../../../src/core/hide-values.ts'
import type { Json } from '../../../src/core/json.ts'
import { type Env, readSettings } from '../../../src/env.ts'
import {
  type Credential,
  type CredentialScope,
  countUses,
  hidingStream,
  openCredential,
  secretTexts,
  signInWith,
  streamWithCredential,
} from '../../../src/modules/integrations/index.ts'
import { NodeFailure } from '../../../src/nodes/node.ts'
import type { CredentialsPort } from '../../../src/nodes/ports.ts'
import type { OutboundHead, Reach } from '../../../src/providers/outbound/index.ts'
import type { Run } from '../turn/scope.ts'
import { ask } from './binding.ts'
import type { CallSigned } from './http.ts'

const KEPT_MS = 30_000

type RunCredentials = {
  opened: Map<string, { credential: Promise<Credential>; until: number }>
  count: ReturnType<typeof countUses>
}

const known = new WeakMap<Run, RunCredentials>()

export type EffectCredentials = CredentialsPort & {
  call: CallSigned
  hide: <T>(value: T) => T
}

type Context = { env: Env; run: Run; now: () => number }

/** For one effect: hides the secrets that it has read. */
export function credentialsOf({ env, run, now }: Context, reach: Reach): EffectCredentials {
  const { teamId, runId, workflowId, requestId } = run.spec
  const scope: CredentialScope = {
    env,
    settings: readSettings(env),
    now,
    requestId,
    teamId,
    // An object continues after it has answered, so this needs no `waitUntil`.
    defer: (work) => void work.catch(() => undefined),
  }
  const ofRun = known.get(run) ?? {
    opened: new Map(),
    count: countUses(env.DB, { teamId, runId, workflowId }, now),
  }
  known.set(run, ofRun)
  const read = new Set<Credential>()
  const texts = new Set<string>()
  const note = (credential: Credential): void => {
    read.add(credential)
    for (const text of secretTexts(credential)) texts.add(text)
  }

  async function use(ref: string): Promise<Credential> {
    const credential = await open(scope, ofRun, ref)
    note(credential)
    ofRun.count(credential.id)
    return credential
  }

  return {
    call: (ref, call, take) =>
      failing(async () => {
        const credential = await use(ref)
        return streamWithCredential(scope, credential, call, reach, (head, response) => {
          // The call may have fetched a new token.
          note(credential)
          return take(hiddenHead(head, texts), hiddenBody(response, texts))
        })
      }),
    signIn: (ref, url) => failing(async () => signInWith(scope, await use(ref), reach, url)),
    hide: (value) => {
      if (read.size === 0) return value
      for (const credential of read) note(credential)
      return hideIn(value as Json, hideValues(texts)) as typeof value
    },
  }
}

/** Removes `content-length`, because hiding changes the length. */
function hiddenHead(head: OutboundHead, texts: ReadonlySet<string>): OutboundHead {
  const { 'content-length': _length, ...headers } = head.headers
  return { ...head, ...hideIn({ headers, url: head.url }, hideValues(texts)) }
}

function hiddenBody(response: Response, texts: ReadonlySet<string>): Response {
  const hiding = response.body === null ? null : hidingStream(texts)
  return hiding === null ? response : new Response(response.body?.pipeThrough(hiding))
}

async function open(scope: CredentialScope, { opened }: RunCredentials, ref: string): Promise<Credential> {
  const now = scope.now()
  const before = opened.get(ref)
  if (before !== undefined && before.until > now) return before.credential
  const credential = ask('The credential storage', () => openCredential(scope, ref))
  opened.set(ref, { credential, until: now + KEPT_MS })
  try {
    return await credential
  } catch (error) {
    if (opened.get(ref)?.credential === credential) opened.delete(ref)
    throw error
  }
}

/** Errors of a credential occur before anything was sent, or after a 401 that had no effect. */
async function failing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof AppError) || !error.code.startsWith('credential.')) throw error
    throw new NodeFailure({
      code: error.code,
      message: error.message,
      retryable: ERRORS[error.code].retryable,
    })
  }
}
