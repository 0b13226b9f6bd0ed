// A call of a platform's API and its answer, as the code of platforms sees them.
import type { AppError } from '../../../core/errors.ts'
import type { Json } from '../../../core/json.ts'
import type { StreamedBody } from '../../../providers/outbound/index.ts'

export type PlatformRequest = {
  method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  url: string
  headers?: Record<string, string>
  body?: Uint8Array | string | StreamedBody
  json?: Json
  /** Statuses besides 2xx that are an answer and no failure. */
  also?: readonly number[]
  /** What the platform says of a failure; null leaves it to the status. */
  explain?: Explain
}

export type Explain = (answer: PlatformAnswer) => AppError | null

export type PlatformAnswer = {
  status: number
  headers: Record<string, string>
  text: string
  /** Null for what is no JSON. */
  json: Json
}

export type PlatformCall = (request: PlatformRequest) => Promise<PlatformAnswer>
