// The frames of sockets and streams. Both use the same ones.
import type { Json } from '../../src/core/json.ts'
import type { Entry } from '../../src/objects/live-hub.ts'

export type FrameError =
  | 'frame.malformed'
  | 'frame.unknown'
  | 'channel.unknown'
  | 'channel.denied'
  | 'channel.not_found'
  | 'channel.not_subscribed'
  | 'channel.limit'
  | 'position.invalid'
  | 'service.unavailable'

export type ServerFrame =
  | { type: 'event'; channel: string; seq: number; event: Json }
  | { type: 'subscribed' | 'more'; channel: string; seq: number }
  | { type: 'unsubscribed'; channel: string }
  | { type: 'reset'; channel: string; seq: number; snapshot: Json }
  | { type: 'error'; code: FrameError; channel?: string }

export type ClientFrame =
  | { type: 'subscribe'; channel: string; afterSeq: number | null }
  | { type: 'resume'; channel: string; afterSeq: number }
  | { type: 'unsubscribe'; channel: string }

export const MAX_FRAME_CHARS = 65_536
const MAX_CHANNEL_CHARS = 100

export const eventFrame = (channel: string, { seq, event }: Entry): string =>
  JSON.stringify({ type: 'event', channel, seq, event } satisfies ServerFrame)

/** Parses a frame of the client, or returns the error. */
export function readFrame(text: string): ClientFrame | { type: 'error'; code: FrameError; channel?: string } {
  let frame: Record<string, unknown>
  try {
    frame = JSON.parse(text) as Record<string, unknown>
  } catch {
    return { type: 'error', code: 'frame.malformed' }
  }
  if (typeof frame !== 'object' || frame === null || Array.isArray(frame))
    return { type: 'error', code: 'frame.malformed' }
  const { type, channel, afterSeq } = frame
  if (type !== 'subscribe' && type !== 'resume' && type !== 'unsubscribe')
    return { type: 'error', code: 'frame.unknown' }
  if (typeof channel !== 'string' || channel.length > MAX_CHANNEL_CHARS)
    return { type: 'error', code: 'channel.unknown' }
  if (type === 'unsubscribe') return { type, channel }
  if (afterSeq === undefined && type === 'subscribe') return { type, channel, afterSeq: null }
  if (!Number.isSafeInteger(afterSeq) || Number(afterSeq) < 0)
    return { type: 'error', code: 'position.invalid', channel }
  return { type, channel, afterSeq: Number(afterSeq) }
}
