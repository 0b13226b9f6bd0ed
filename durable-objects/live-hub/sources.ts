// Locates the log of a channel for the feeds of a hub: here, in the hub that owns the channel, or in a run.
import type { Env } from '../../src/env.ts'
import { type ChannelReader, logOf, ownerOf, parseChannel } from '../../src/objects/channels.ts'
import { type Entry, liveHub } from '../../src/objects/live-hub.ts'
import { workflowRun } from '../../src/objects/workflow-run.ts'
import type { Source } from './feeds.ts'

/** A stub of a lost object stays broken, so each call creates its own. */
export function sourceOf(
  env: Env,
  here: { name: string; own: (log: string) => Source },
  channel: string,
  reader: ChannelReader,
): Source {
  const parsed = parseChannel(channel)
  const owner = parsed === null ? null : ownerOf(parsed, reader)
  if (owner === here.name) return here.own(logOf(channel, reader))
  return owner === null
    ? runSource(env, here.name, parsed?.id ?? '', reader.teamId)
    : hubSource(env, here.name, owner, logOf(channel, reader))
}

/** The owner, or the run, is informed with its next delivery that the channel has no more followers here. */
function hubSource(env: Env, name: string, owner: string, log: string): Source {
  const hub = () => liveHub(env.LIVE_HUBS, owner)
  return {
    open: () => hub().link(log, name),
    page: (after, limit) => hub().page(log, after, limit),
    leave: () => undefined,
  }
}

function runSource(env: Env, name: string, runId: string, teamId: string): Source {
  const run = () => workflowRun(env.RUNS, runId)
  return {
    open: () => run().relayTo(name, teamId),
    page: async (after, limit) => {
      const page = await run().events(after, limit)
      if (page === null) return null
      const entries = page.events.map((event) => ({ seq: event.seq, event: event as Entry['event'] }))
      return { entries, head: page.headSeq, isLost: after > page.headSeq }
    },
    leave: () => undefined,
  }
}
