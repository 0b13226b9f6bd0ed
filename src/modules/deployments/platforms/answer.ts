// A call of a platform's API and its response, as the code of platforms uses them.
import type { AppError } from '../../../core/errors.ts'
import type { Json } from '../../../core/json.ts'
import type { StreamedBody } from '../../../providers/outbound/index.ts'

export type PlatformRequest = {
  method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  url: string
  headers?: Record<string, string>
  body?: Uint8Array | string | StreamedBody
  json?: Json
  /** Statuses besides 2xx that are valid responses, not failures. */
  also?: readonly number[]
  /** The platform's reason of a failure. Null: the status decides. */
  explain?: Explain
}

export type Explain = (answer: PlatformAnswer) => AppError | null

export type PlatformAnswer = {
  status: number
  headers: Record<string, string>
  text: string
  /** Null if the body is not JSON. */
  json: Json
}

export type PlatformCall = (request: PlatformRequest) => Promise<PlatformAnswer>
