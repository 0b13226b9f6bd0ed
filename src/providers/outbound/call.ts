// A request to a URL that a user chose, and its answer.
import type { FollowRedirects } from './redirect.ts'
import type { OutboundBody } from './streamed-body.ts'

export type OutboundCall = {
  url: string
  method: string
  headers: Record<string, string>
  body?: OutboundBody
  maxBytes: number
  /** If an answer is larger, or does not end in time, use its beginning. Otherwise that is a failure. */
  cutLarge?: boolean
  timeoutMs: number
  followRedirects: FollowRedirects
  signal?: AbortSignal
  /** Called at each hop. Its result is sent there, and is not part of a redirected request. */
  authorize?: Authorize
}

/** One request of a call: the first, or one after a redirect. */
export type Hop = {
  url: URL
  method: string
  headers: Record<string, string>
  body: OutboundCall['body'] | undefined
  isFirst: boolean
}

/** The same host, with credentials in the URL or the headers. */
export type SignedHop = { url: string; headers: Record<string, string> }

/** Null if nothing must be added. */
export type Authorize = (hop: Hop) => Promise<SignedHop | null>

export type OutboundAnswer = {
  status: number
  headers: Record<string, string>
  bytes: Uint8Array
  url: string
}

export type OutboundHead = Omit<OutboundAnswer, 'bytes'>

export type TakeAnswer<T> = (head: OutboundHead, response: Response) => Promise<T>
