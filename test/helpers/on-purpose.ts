// Errors that tests cause. The runtime prints each uncaught one with its stack, even where a caller handles it; `print-news-only.ts` leaves
// out those that carry this mark.
const MARK = 'on purpose: '

export const onPurpose = (reason: string): string => `${MARK}${reason}`

/** What follows from such an error elsewhere: the connection of a caller ends, and damaged rows cannot be read. */
const CONSEQUENCES = [
  'disconnected: ',
  'Network connection lost.',
  'because client disconnected',
  'run.unreadable: ',
]

/** Whether a message of the runtime is about an error that a test has caused. */
export const isOnPurpose = (message: string): boolean =>
  /^(uncaught exception; |exception = )/.test(message) &&
  [MARK, ...CONSEQUENCES].some((known) => message.split('\n', 1)[0]?.includes(known))
