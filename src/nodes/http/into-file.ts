// Streams a response into a file in the bucket. The run stores a reference to the file.
import { NodeFailure, type NodeInput, type NodeResult } from '../node.ts'
import type { NodePorts, OutboundRequest, StreamedResponse } from '../ports.ts'
import { isOk, type OkStatus, statusFailure } from './answer.ts'

type Params = {
  okStatuses?: readonly OkStatus[] | undefined
  fileName?: string | undefined
  maxBytes?: number | undefined
}

const MAX_ERROR_BYTES = 2_000

export function intoFile(
  { http, files }: NodePorts,
  { params, nowMs, idempotencyKey }: NodeInput<Params>,
  request: OutboundRequest,
): Promise<NodeResult> {
  return http.stream(request, async (answer): Promise<NodeResult> => {
    const { status, headers, chunks } = answer
    if (!isOk(status, params.okStatuses)) {
      const bytes = await firstBytes(chunks)
      return { error: statusFailure(request.method, { ...answer, bytes }, nowMs) }
    }
    const body = await files.write(
      {
        name: params.fileName ?? nameOf(answer),
        chunks,
        sizeBytes: sizeOf(answer),
        ...(params.maxBytes === undefined ? {} : { maxBytes: params.maxBytes }),
      },
      idempotencyKey,
    )
    return { output: { status, headers, body } }
  })
}

async function firstBytes(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  for await (const chunk of chunks) return chunk.subarray(0, MAX_ERROR_BYTES)
  return new Uint8Array()
}

/** Decompressed content does not have the announced length. */
function sizeOf({ headers }: StreamedResponse): number | null {
  const announced = headers['content-length']
  if (announced === undefined || headers['content-encoding'] !== undefined) return null
  return /^\d{1,15}$/.test(announced) ? Number(announced) : null
}

const EXTENSIONS: Readonly<Record<string, string>> = {
  'application/json': 'json',
  'application/pdf': 'pdf',
  'application/xml': 'xml',
  'application/zip': 'zip',
  'application/gzip': 'gz',
  'image/gif': 'gif',
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/svg+xml': 'svg',
  'image/webp': 'webp',
  'text/csv': 'csv',
  'text/html': 'html',
  'text/markdown': 'md',
  'text/plain': 'txt',
  'text/xml': 'xml',
  'audio/mpeg': 'mp3',
  'video/mp4': 'mp4',
}

/** The server can choose a file name, but never a folder. */
export function nameOf({ headers, url }: Pick<StreamedResponse, 'headers' | 'url'>): string {
  const named = nameInDisposition(headers['content-disposition'] ?? '') ?? lastSegment(url)
  const safe = named
    .replace(/[\p{Cc}\p{Cs}\p{Cf}/\\]/gu, '_')
    .trim()
    .replace(/^\.+/, '_')
    .slice(0, 100)
  const name = safe === '' ? 'download' : safe
  if (/\.[A-Za-z0-9]{1,8}$/.test(name)) return name
  const type = (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
  const extension = EXTENSIONS[type]
  if (extension !== undefined) return `${name}.${extension}`
  throw new NodeFailure({
    code: 'file.unsupported_type',
    message: `The response ${type ? `is ${type}` : 'has no type'} and its name ${name} has no extension. Set fileName.`,
    retryable: false,
    outcomeUnknown: true,
  })
}

function nameInDisposition(header: string): string | null {
  const encoded = /filename\*\s*=\s*utf-8'[^']*'([^;\s]+)/i.exec(header)?.[1]
  if (encoded !== undefined) {
    try {
      return decodeURIComponent(encoded)
    } catch {
      // Falls through to the plain name.
    }
  }
  const match = /filename\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]+))/i.exec(header)
  return match?.[1]?.replace(/\\(.)/g, '$1') ?? match?.[2] ?? null
}

function lastSegment(url: string): string {
  const segment = new URL(url).pathname.split('/').at(-1) ?? ''
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}
