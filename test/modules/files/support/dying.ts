// An environment whose process is lost at one of its calls to D1 or R2: before the call, or after it but before its
// answer.
import { env } from 'cloudflare:workers'
import type { Env } from '../../../../src/env.ts'

export type Death = { at: number; after: boolean }

const REAL = Symbol('the real statement')

export function dyingEnv({ at, after }: Death): { env: Env; calls: () => number; isDead: () => boolean } {
  let calls = 0
  let dead = false
  const gone = () => new Error('the process was killed')
  async function call<T>(work: () => Promise<T>): Promise<T> {
    if (dead) throw gone()
    calls++
    if (calls !== at) return work()
    if (after) await work()
    dead = true
    throw gone()
  }
  const wrap = (statement: D1PreparedStatement): D1PreparedStatement =>
    ({
      [REAL]: statement,
      bind: (...values: unknown[]) => wrap(statement.bind(...values)),
      first: (...args: []) => call(() => statement.first(...args)),
      all: () => call(() => statement.all()),
      run: () => call(() => statement.run()),
      raw: (...args: []) => call(() => statement.raw(...args)),
    }) as unknown as D1PreparedStatement
  const DB = {
    prepare: (sql: string) => wrap(env.DB.prepare(sql)),
    batch: (list: { [REAL]: D1PreparedStatement }[]) =>
      call(() => env.DB.batch(list.map((one) => one[REAL]))),
  }
  const bucket = env.FILES
  const FILES = {
    put: (...args: Parameters<R2Bucket['put']>) => call(() => bucket.put(...args)),
    get: (...args: Parameters<R2Bucket['get']>) => call(() => bucket.get(...args)),
    head: (key: string) => call(() => bucket.head(key)),
    list: (options: R2ListOptions) => call(() => bucket.list(options)),
    delete: (keys: string | string[]) => call(() => bucket.delete(keys)),
    createMultipartUpload: async (key: string) => {
      const upload = await call(() => bucket.createMultipartUpload(key))
      return {
        uploadPart: (...args: Parameters<R2MultipartUpload['uploadPart']>) =>
          call(() => upload.uploadPart(...args)),
        complete: (parts: R2UploadedPart[]) => call(() => upload.complete(parts)),
        abort: () => call(() => upload.abort()),
      }
    },
  }
  const JOBS = { send: () => Promise.reject(gone()), sendBatch: () => Promise.reject(gone()) }
  return {
    env: { ...env, DB, FILES, JOBS } as unknown as Env,
    calls: () => calls,
    isDead: () => dead,
  }
}
