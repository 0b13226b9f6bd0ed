// Uploads and reads files like clients do, with bodies in pieces and responses as bytes.

import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { Buffer } from 'node:buffer'
import { type Answer, app, type Caller, call } from '../../../helpers/api.ts'

export const FILES = '/api/v1/files'

export const bytesOf = (text: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(new TextEncoder().encode(text))

export const hex = async (bytes: Uint8Array<ArrayBuffer>): Promise<string> =>
  Array.from(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('')

/** Not `toEqual`, which takes minutes for megabytes. */
export const isSame = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && Buffer.compare(a, b) === 0

/** In pieces and without a length, like a client's stream. */
export const inPieces = (bytes: Uint8Array, piece: number): ReadableStream<Uint8Array> => {
  let at = 0
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) controller.close()
      else controller.enqueue(bytes.slice(at, at + piece))
      at += piece
    },
  })
}

export const upload = (
  as: Caller,
  name: string,
  content: string | Uint8Array<ArrayBuffer>,
  { query = '', headers = {} }: { query?: string; headers?: Record<string, string> } = {},
): Promise<Answer<any>> => {
  const bytes = typeof content === 'string' ? bytesOf(content) : content
  return call('POST', `${FILES}/upload${query}`, {
    as,
    raw: bytes,
    headers: {
      'x-filename':
        /^[\x20-\x7e]*$/.test(name) && !name.includes(',') ? name : `UTF-8''${encodeURIComponent(name)}`,
      'content-length': String(bytes.length),
      ...headers,
    },
  })
}

/** The response of a download with its bytes. */
export async function fetchBytes(
  as: Caller | null,
  path: string,
  headers: Record<string, string> = {},
  method = 'GET',
): Promise<{ status: number; headers: Headers; bytes: Uint8Array<ArrayBuffer> }> {
  const ctx = createExecutionContext()
  const all = {
    ...(as?.token ? { authorization: `Bearer ${as.token}` } : {}),
    ...(as?.teamId ? { 'x-team-id': as.teamId } : {}),
    ...headers,
  }
  const response = await app.fetch(
    new Request(`http://orrery.test${path}`, { method, headers: all }),
    env,
    ctx,
  )
  const bytes = new Uint8Array(await response.arrayBuffer())
  await waitOnExecutionContext(ctx)
  return { status: response.status, headers: response.headers, bytes }
}

export const storedKeys = async (teamId: string): Promise<string[]> =>
  (await env.FILES.list({ prefix: `teams/${teamId}/` })).objects.map((one) => one.key)

/** The counter, and the correct value: the sum of all versions. */
export async function quotaOf(
  teamId: string,
): Promise<{ counted: number; stored: number; inBucket: number }> {
  const row = await env.DB.prepare(
    `SELECT COALESCE((SELECT value FROM usage_counters WHERE team_id = ?1 AND period = 'now' AND metric = 'storageBytes'), 0) AS counted,
       COALESCE((SELECT sum(size_bytes) FROM file_versions WHERE team_id = ?1), 0) AS stored`,
  )
    .bind(teamId)
    .first<{ counted: number; stored: number }>()
  const { objects } = await env.FILES.list({ prefix: `teams/${teamId}/files/` })
  return {
    counted: row?.counted ?? -1,
    stored: row?.stored ?? -1,
    inBucket: objects.reduce((sum, one) => sum + one.size, 0),
  }
}

export const promisesOf = async (teamId: string): Promise<number> => {
  const row = await env.DB.prepare(
    `SELECT count(*) AS n FROM outbox WHERE type = 'storage.delete' AND status = 'pending' AND instr(body, ?) > 0`,
  )
    .bind(`teams/${teamId}/`)
    .first<{ n: number }>()
  return row?.n ?? -1
}
