// Errors that tests cause. The runtime prints each uncaught one with its stack, even where a caller handles it; `print-news-only.ts` leaves
// out those that carry this mark.
const MARK = 'on purpose: '

export const onPurpose = (reason: string): string => `${MARK}${reason}`

/** What follows from such an error elsewhere: the connection of a caller ends, damaged rows cannot be read, and other calls of the run fail. */
const CONSEQUENCES = [
  'disconnected: ',
  'Network connection lost.',
  'because client disconnected',
  'run.unreadable: ',
  'The run left memory while it took an event',
]
/** They are only left out so soon after an error with the mark: later they are news. */
const FOLLOW_WITHIN_MS = 10_000

/** A message about an error: its first line, and those of its stack. */
const MESSAGE = /^(?:uncaught exception; |exception = ).*\n?(?:(?:stack: | +at ).*\n?)*/gm

const firstLine = (message: string): string => message.split('\n', 1)[0] as string

/** Returns a function that removes the messages about errors that tests have caused from a printed text. */
export function newsFilter(): (text: string, now: number) => string {
  let causedAt = Number.NEGATIVE_INFINITY
  return (text, now) =>
    text.replace(MESSAGE, (message) => {
      const line = firstLine(message)
      if (line.includes(MARK)) {
        causedAt = now
        return ''
      }
      const follows = now - causedAt < FOLLOW_WITHIN_MS && CONSEQUENCES.some((known) => line.includes(known))
      return follows ? '' : message
    })
}
