// The bindings, with an action right before the nth batch that is sent to D1: between the read and the write of a
// request, which two concurrent requests only meet by chance.
import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { app } from '../../helpers/api.ts'
import type { Person } from '../../helpers/people.ts'

export async function callWith(
  happens: () => Promise<unknown>,
  beforeBatch: number,
  request: { method: string; path: string; as: Person; body: unknown },
): Promise<{ status: number; body: any }> {
  let batches = 0
  const DB = new Proxy(env.DB, {
    get(target, name) {
      if (name === 'batch') {
        return async (statements: D1PreparedStatement[]) => {
          batches++
          if (batches === beforeBatch) await happens()
          return target.batch(statements)
        }
      }
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  const headers: Record<string, string> = {
    authorization: `Bearer ${request.as.token}`,
    'content-type': 'application/json',
  }
  if (request.as.teamId) headers['x-team-id'] = request.as.teamId
  const ctx = createExecutionContext()
  const response = await app.fetch(
    new Request(`http://orrery.test${request.path}`, {
      method: request.method,
      headers,
      body: JSON.stringify(request.body),
    }),
    { ...env, DB },
    ctx,
  )
  const text = await response.text()
  await waitOnExecutionContext(ctx)
  return { status: response.status, body: text === '' ? null : JSON.parse(text) }
}
