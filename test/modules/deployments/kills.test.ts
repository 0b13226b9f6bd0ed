// The process is lost at random calls, before them and after them, and each step is repeated like the engine repeats
// a lost attempt. The store receives every content once.
import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { downloadZip } from 'client-zip'
import { expect, test } from 'vitest'
import { openContext, type RequestContext } from '../../../src/context.ts'
import type { Env } from '../../../src/env.ts'
import {
  type StepName,
  type StepResult,
  stepDeployment,
} from '../../../src/modules/deployments/steps/index.ts'
import { clock } from '../../helpers/clock.ts'
import { newPerson } from '../../helpers/people.ts'
import { bucketOf, fresh, seenAt, upload } from './deployments.ts'
import { NEXT, newDeployment, rowOf } from './steps.ts'

const FILES = 200
const KILLS = 100

class Death extends Error {}

/** Crashes at the call with this number, and accepts no calls after it. */
function dying(at: number): { env: Env; settled: () => Promise<unknown> } {
  let calls = 0
  const inProgress: Promise<unknown>[] = []
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    calls++
    if (calls > at) throw new Death('dead')
    // At every other number, the call is made and its answer is lost.
    if (calls === at && at % 2 === 0) throw new Death('before')
    const under = work()
    inProgress.push(under)
    const result = await under
    if (calls >= at) throw new Death('after')
    return result
  }
  const wrap = (statement: D1PreparedStatement): D1PreparedStatement =>
    new Proxy(statement, {
      get: (target, name) => {
        if (name === 'bind') return (...values: unknown[]) => wrap(target.bind(...values))
        if (name === 'first' || name === 'all' || name === 'run' || name === 'raw')
          return (...args: never[]) =>
            guarded(() => (target[name] as (...all: never[]) => Promise<unknown>)(...args))
        return name === INNER ? target : Reflect.get(target, name)
      },
    })
  const db = env.DB as D1Database
  const DB = {
    prepare: (sql: string) => wrap(db.prepare(sql)),
    batch: (all: D1PreparedStatement[]) =>
      guarded(() =>
        db.batch(all.map((one) => (one as unknown as Record<symbol, D1PreparedStatement>)[INNER] ?? one)),
      ),
  } as unknown as D1Database
  const network = { fetch: (input: RequestInfo, init?: RequestInit) => guarded(() => fetch(input, init)) }
  return {
    env: { ...(env as unknown as Env), DB, NAMED_NETWORK: network as unknown as Fetcher },
    // Calls in progress at the crash have arrived by now, or never will.
    settled: () => Promise.allSettled(inProgress),
  }
}

const INNER = Symbol('the statement itself')

async function within<T>(of: Env, work: (request: RequestContext) => Promise<T>): Promise<T> {
  const ctx = createExecutionContext()
  const request = openContext(of, {
    now: clock.now,
    requestId: 'req_kills',
    defer: (one) => ctx.waitUntil(one.catch(() => undefined)),
  })
  try {
    return await work(request)
  } finally {
    await waitOnExecutionContext(ctx)
  }
}

test(`${KILLS} kills during a deployment of ${FILES} files: every content is sent once`, async () => {
  const person = await newPerson()
  const bucket = fresh()
  const { id: integrationId } = await bucketOf(person, bucket)
  const entries = Array.from({ length: FILES }, (_, n) => ({ name: `f/${n}.txt`, input: `content of ${n}` }))
  const zip = await downloadZip(entries).arrayBuffer()
  await upload(person, 'site.zip', zip)
  const teamId = person.teamId as string
  const source = { zip: 'site.zip' }
  const id = await newDeployment(person, {
    platform: 'aws-s3',
    integrationId,
    project: '/',
    production: true,
    source,
  })
  let kills = 0
  let seed = 11
  for (let step: StepName | null = 'prepare'; step !== null; ) {
    const name: StepName = step
    seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff
    // Later in the step each time, so that it makes progress.
    const at = kills < KILLS ? 1 + (seed % (name === 'upload' ? 60 : 8)) : Number.MAX_SAFE_INTEGER
    const of = dying(at)
    try {
      const result: StepResult = await within(of.env, (request) =>
        stepDeployment({ request, teamId, deploymentId: id }, name),
      )
      step = NEXT[name][result.again ? 1 : 0]
    } catch (error) {
      const isDeath =
        error instanceof Death || String(error).includes('Death') || at < Number.MAX_SAFE_INTEGER
      if (!isDeath) throw error
      await of.settled()
      kills++
    }
  }
  expect(kills).toBeGreaterThan(KILLS / 2)
  expect(await rowOf(person, id)).toMatchObject({ status: 'ready', filesTotal: FILES })
  const { contents } = await seenAt(bucket)
  expect(Object.keys(contents)).toHaveLength(FILES)
  expect(new Set(Object.values(contents))).toEqual(new Set([1]))
}, 120_000)
