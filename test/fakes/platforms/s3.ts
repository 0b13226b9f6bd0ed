// An S3 store in memory. Signatures are verified by a third-party server, in test/clients.
import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { bytesOf, fail, placeOf } from './log.ts'

type Stored = { bytes: Buffer; etag: string; headers: Record<string, string> }

const buckets = new Map<string, Map<string, Stored>>()
const uploads = new Map<string, Map<number, Buffer>>()

const md5 = (bytes: Buffer): Buffer => createHash('md5').update(bytes).digest()
const xml = (text: string): string => text.replace(/[<>&"']/g, (one) => `&#${one.charCodeAt(0)};`)

const KEPT = /^(content-type|cache-control|x-amz-website-redirect-location)$/

function sendError(response: ServerResponse, status: number, code: string): void {
  response
    .writeHead(status, { 'content-type': 'application/xml' })
    .end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`)
}

/** `/<bucket>/<key>` */
export async function s3(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
  const [, bucketName = '', ...keyParts] = url.pathname.split('/')
  const key = decodeURIComponent(keyParts.join('/'))
  const { method = 'GET' } = request
  const place = placeOf(bucketName)
  const bucket = buckets.get(bucketName) ?? new Map<string, Stored>()
  buckets.set(bucketName, bucket)
  const query = url.searchParams
  const body = await bytesOf(request)
  const path = key + url.search
  if (fail(place, method, path, response)) return
  const note = (status: number, digest?: string): void =>
    void place.calls.push({ method, path, status, ...(digest === undefined ? {} : { digest }) })
  if (!request.headers.authorization?.startsWith('AWS4-HMAC-SHA256 ')) {
    note(403)
    return sendError(response, 403, 'AccessDenied')
  }
  const hash = request.headers['x-amz-content-sha256']
  if (/^[0-9a-f]{64}$/.test(String(hash)) && hash !== createHash('sha256').update(body).digest('hex')) {
    note(400)
    return sendError(response, 400, 'XAmzContentSHA256Mismatch')
  }
  const store = (bytes: Buffer, etag: string, headers: Stored['headers']): void => {
    bucket.set(key, { bytes, etag, headers })
    const digest = createHash('sha256').update(bytes).digest('hex')
    place.contents.set(digest, (place.contents.get(digest) ?? 0) + 1)
  }
  const headers = Object.fromEntries(
    Object.entries(request.headers).filter(([name]) => KEPT.test(name)),
  ) as Record<string, string>
  if (method === 'GET' && query.has('list-type')) return list(response, bucket, query, () => note(200))
  if (method === 'POST' && query.has('delete')) {
    for (const [, one = ''] of body.toString().matchAll(/<Key>([^<]*)<\/Key>/g)) bucket.delete(plain(one))
    note(200)
    return void response.writeHead(200).end('<DeleteResult></DeleteResult>')
  }
  if (method === 'POST' && query.has('uploads')) {
    const id = crypto.randomUUID()
    uploads.set(id, new Map())
    kept.set(id, headers)
    note(200)
    return void response.writeHead(200).end(`<R><UploadId>${id}</UploadId></R>`)
  }
  const upload = query.get('uploadId')
  if (upload !== null && method === 'PUT') {
    uploads.get(upload)?.set(Number(query.get('partNumber')), body)
    note(200)
    return void response.writeHead(200, { etag: `"${md5(body).toString('hex')}"` }).end()
  }
  if (upload !== null && method === 'POST') {
    const parts = [...(uploads.get(upload) ?? [])].sort(([a], [b]) => a - b).map(([, bytes]) => bytes)
    const etag = `${md5(Buffer.concat(parts.map(md5))).toString('hex')}-${parts.length}`
    store(Buffer.concat(parts), etag, kept.get(upload) ?? {})
    note(200)
    return void response.writeHead(200).end(`<R><ETag>"${etag}"</ETag></R>`)
  }
  if (method === 'PUT' && query.has('website')) {
    note(200)
    return void response.writeHead(200).end()
  }
  if (method === 'PUT') {
    store(body, md5(body).toString('hex'), headers)
    note(200, key)
    return void response.writeHead(200, { etag: `"${md5(body).toString('hex')}"` }).end()
  }
  if (method === 'DELETE') {
    bucket.delete(key)
    note(204)
    return void response.writeHead(204).end()
  }
  const found = bucket.get(key)
  note(found === undefined ? 404 : 200)
  if (found === undefined) return sendError(response, 404, 'NoSuchKey')
  response.writeHead(200, { ...found.headers, etag: `"${found.etag}"` })
  response.end(method === 'HEAD' ? undefined : found.bytes)
}

const kept = new Map<string, Record<string, string>>()

const plain = (text: string): string =>
  text.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))

function list(
  response: ServerResponse,
  bucket: ReadonlyMap<string, Stored>,
  query: URLSearchParams,
  note: () => void,
): void {
  const most = Number(query.get('max-keys') ?? 1_000)
  const after = query.get('continuation-token') ?? ''
  const keys = [...bucket.keys()]
    .filter((one) => one.startsWith(query.get('prefix') ?? '') && one > after)
    .sort()
  const shown = keys.slice(0, most)
  const more = keys.length > shown.length
  const objects = shown.map((key) => {
    const { etag, bytes } = bucket.get(key) as Stored
    return `<Contents><Key>${xml(key)}</Key><ETag>&quot;${etag}&quot;</ETag><Size>${bytes.length}</Size></Contents>`
  })
  note()
  response
    .writeHead(200, { 'content-type': 'application/xml' })
    .end(
      `<?xml version="1.0"?><ListBucketResult>${objects.join('')}<IsTruncated>${more}</IsTruncated>${
        more ? `<NextContinuationToken>${xml(shown.at(-1) ?? '')}</NextContinuationToken>` : ''
      }</ListBucketResult>`,
    )
}
