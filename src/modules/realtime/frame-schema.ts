// The frames that the server sends, for the API description. Their types are in `durable-objects/live-hub/frames.ts`.
import * as z from 'zod'
import { RunDelta, RunEvent } from '../../objects/run-events.ts'
import { TeamEvent } from '../../objects/team-events.ts'

const channel = z.string().describe('The channel.')
const seq = z.int().describe('The number of the newest event in the channel that the client now has.')

export const RealtimeFrame = z
  .discriminatedUnion('type', [
    z
      .strictObject({
        type: z.literal('event'),
        channel,
        seq: seq.optional().describe('Its number in the channel; a `delta` has none.'),
        event: z
          .union([TeamEvent, RunEvent, RunDelta])
          .describe(
            'The event; in `run:<id>`, an event of the run. The socket of a single run (`/runs/:id/ws`) also sends `delta`.',
          ),
      })
      .describe('Something happened.'),
    z.strictObject({ type: z.literal('subscribed'), channel, seq }).describe('The channel is live.'),
    z
      .strictObject({ type: z.literal('more'), channel, seq })
      .describe('There are more events. The channel sends nothing until the client sends `resume`.'),
    z
      .strictObject({ type: z.literal('unsubscribed'), channel })
      .describe('The client no longer follows the channel.'),
    z
      .strictObject({
        type: z.literal('reset'),
        channel,
        seq,
        snapshot: z.unknown().describe('The current state. Null for channels that only report changes.'),
      })
      .describe(
        'Events before this number are no longer available. The client must start again from the snapshot.',
      ),
    z
      .strictObject({
        type: z.literal('error'),
        code: z
          .enum([
            'frame.malformed',
            'frame.unknown',
            'channel.unknown',
            'channel.denied',
            'channel.not_found',
            'channel.not_subscribed',
            'channel.limit',
            'position.invalid',
            'service.unavailable',
          ])
          .describe('The error.'),
        channel: channel.optional(),
      })
      .describe('The server rejected a frame, or a channel has ended.'),
  ])
  .meta({ id: 'RealtimeFrame' })
