// One sentence of what is so now, in words.
import { clock, count, duration, plural } from '../../../ui/format/time.ts'
import type { Live, Place } from './live.ts'
import { hasEnded } from './live.ts'
import type { Look } from './look.ts'
import { lookOf } from './look.ts'

export type Sentence = { look: Look; text: string }

export function sentenceOf(place: Place | null, live: Live, now: number, tries?: number): Sentence | null {
  const look = lookOf(place, live.status)
  const text = place === null ? ofNothing(live) : ofPlace(place, live, now, tries)
  return text === null ? null : { look, text }
}

const ofNothing = ({ status }: Live): string =>
  hasEnded(status) ? 'The run did not come to this step.' : 'Its turn has not come yet.'

function ofPlace(place: Place, live: Live, now: number, tries?: number): string | null {
  const { status, attempt, wait, items, reason, error } = place
  const so = tries === undefined || tries < 2 ? `Try ${attempt}` : `Try ${attempt} of ${tries}`
  if (items !== null && items.count > 0 && status !== 'skipped') return ofItems(place)
  switch (status) {
    case 'running':
      return live.status === 'paused'
        ? `${so} is under way. The run is paused and starts nothing new.`
        : `${so} is under way for ${duration(Math.max(0, now - (place.tries.at(-1)?.from ?? now)))}.`
    case 'retrying':
      return `${whyAgain(reason, attempt, error?.message)} ${nextTry(wait?.until ?? null, now)}`
    case 'waiting':
      return ofWait(place, now)
    case 'unknown':
      return 'Outcome unknown: the server stopped in the middle, and the effect may have happened. Look there, then say what became of it.'
    case 'skipped':
      return reason === 'when' ? 'Skipped: its condition was not true.' : 'Skipped: the run took another way.'
    case 'cancelled':
      return 'It was stopped.'
    case 'succeeded':
      return place.isAdopted ? 'Taken over from the earlier run: it was not done again.' : null
    default:
      return null
  }
}

function ofItems({ items, status }: Place): string {
  const { count: all, done, failed } = items!
  const bad = failed === 0 ? '' : `, ${count(failed)} of them failed`
  if (done === all) return `${plural(all, 'item is', 'items are')} done${bad}.`
  const rest = status === 'cancelled' || status === 'failed' ? 'The rest was not done.' : ''
  return `${count(done)} of ${plural(all, 'item')} done${bad}. ${rest}`.trim()
}

function whyAgain(reason: string | null, attempt: number, message?: string): string {
  if (reason === 'crashed') return `Try ${attempt} was lost when the server stopped.`
  if (reason === 'deferred') return 'A part of the service did not answer.'
  if (reason === 'resolved') return 'A person asked for another try.'
  return `Try ${attempt} failed: ${(message ?? 'no reason was given').replace(/\.$/, '')}.`
}

function nextTry(until: number | null, now: number): string {
  if (until === null) return 'The next comes soon.'
  return until - now < 100 ? 'The next starts now.' : `The next starts in ${duration(until - now)}.`
}

function ofWait({ wait }: Place, now: number): string {
  if (wait === null) return 'It waits.'
  const since = `since ${clock(wait.since).slice(0, 8)}`
  const end = wait.until === null ? '' : ` It stops waiting in ${duration(Math.max(0, wait.until - now))}.`
  switch (wait.kind) {
    case 'timer':
      return wait.until === null
        ? 'It sleeps.'
        : `Sleeps for ${duration(Math.max(0, wait.until - now))} more, until ${clock(wait.until).slice(0, 8)}, then goes on by itself.`
    case 'approval':
      return `Waits for an approval ${since}.${end}`
    case 'child':
      return `Waits for a run that it started, ${since}.`
    default:
      return `Waits for the signal ${wait.name ?? ''} ${since}.${end}`.replace('  ', ' ')
  }
}
