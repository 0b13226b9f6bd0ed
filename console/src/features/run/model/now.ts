// Describes the current state in one sentence.
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
  hasEnded(status) ? 'The run did not reach this step.' : 'The run has not reached this step yet.'

function ofPlace(place: Place, live: Live, now: number, tries?: number): string | null {
  const { status, attempt, wait, items, reason, error } = place
  const so = tries === undefined || tries < 2 ? `Try ${attempt}` : `Try ${attempt} of ${tries}`
  if (items !== null && items.count > 0 && status !== 'skipped') return ofItems(place)
  switch (status) {
    case 'running':
      return live.status === 'paused'
        ? `${so} is running. The run is paused and starts no new steps.`
        : `${so} has been running for ${duration(Math.max(0, now - (place.tries.at(-1)?.from ?? now)))}.`
    case 'retrying':
      return `${whyAgain(reason, attempt, error?.message)} ${nextTry(wait?.until ?? null, now)}`
    case 'waiting':
      return ofWait(place, now)
    case 'unknown':
      return 'Outcome unknown: the server stopped during the step, and the effect may have happened. Check the other system, then choose what happened.'
    case 'skipped':
      return reason === 'when'
        ? 'Skipped: its condition was not true.'
        : 'Skipped: the run took another branch.'
    case 'cancelled':
      return 'The step was stopped.'
    case 'succeeded':
      return place.isAdopted ? 'Taken from the earlier run without running again.' : null
    default:
      return null
  }
}

function ofItems({ items, status }: Place): string {
  const { count: all, done, failed } = items!
  const bad = failed === 0 ? '' : `, ${count(failed)} of them failed`
  if (done === all) return `${plural(all, 'item is', 'items are')} done${bad}.`
  const rest = status === 'cancelled' || status === 'failed' ? 'The others were not run.' : ''
  return `${count(done)} of ${plural(all, 'item')} done${bad}. ${rest}`.trim()
}

function whyAgain(reason: string | null, attempt: number, message?: string): string {
  if (reason === 'crashed') return `Attempt ${attempt} was lost when the server stopped.`
  if (reason === 'deferred') return 'A part of the service did not respond.'
  if (reason === 'resolved') return 'A person requested another attempt.'
  return `Attempt ${attempt} failed: ${(message ?? 'no reason given').replace(/\.$/, '')}.`
}

function nextTry(until: number | null, now: number): string {
  if (until === null) return 'The next attempt starts soon.'
  return until - now < 100
    ? 'The next attempt starts now.'
    : `The next attempt starts in ${duration(until - now)}.`
}

function ofWait({ wait }: Place, now: number): string {
  if (wait === null) return 'It waits.'
  const since = `since ${clock(wait.since).slice(0, 8)}`
  const end = wait.until === null ? '' : ` It stops waiting in ${duration(Math.max(0, wait.until - now))}.`
  switch (wait.kind) {
    case 'timer':
      return wait.until === null
        ? 'It sleeps.'
        : `Sleeps for ${duration(Math.max(0, wait.until - now))} more, until ${clock(wait.until).slice(0, 8)}, then continues automatically.`
    case 'approval':
      return `Waiting for an approval ${since}.${end}`
    case 'child':
      return `Waiting for a run that it started, ${since}.`
    default:
      return `Waiting for the signal ${wait.name ?? ''} ${since}.${end}`.replace('  ', ' ')
  }
}
