// The frames that the server sends, for the contract. `durable-objects/live-hub/frames.ts` has their types.
import * as z from 'zod'
import { RunDelta, RunEvent } from '../../objects/run-events.ts'
import { TeamEvent } from '../../objects/team-events.ts'

const channel = z.string().describe('The channel.')
const seq = z.int().describe('The number of the newest event that the client has in the channel now.')

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
            'The event; in `run:<id>` one of the log of the run. The socket of one run (`/runs/:id/ws`) also sends `delta`.',
          ),
      })
      .describe('Something happened.'),
    z.strictObject({ type: z.literal('subscribed'), channel, seq }).describe('The channel is live.'),
    z
      .strictObject({ type: z.literal('more'), channel, seq })
      .describe('There is more: the client asks for it with `resume`, or the channel stands still.'),
    z.strictObject({ type: z.literal('unsubscribed'), channel }).describe('The channel is left.'),
    z
      .strictObject({
        type: z.literal('reset'),
        channel,
        seq,
        snapshot: z.unknown().describe('How things are now. Null where the channel shows only what changes.'),
      })
      .describe('The events before this number are not kept: the client begins again with the snapshot.'),
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
          .describe('What is wrong.'),
        channel: channel.optional(),
      })
      .describe('A frame of the client was refused, or a channel has ended.'),
  ])
  .meta({ id: 'RealtimeFrame' })
