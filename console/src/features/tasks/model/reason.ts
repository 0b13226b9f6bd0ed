// Why a task waits, in words for people. The server names the step and the kind of a wait of its run.

const WAITS: Record<string, string> = {
  timer: 'It waits for a time.',
  approval: 'It waits for an approval.',
  signal: 'It waits for a signal.',
  resolve: 'Somebody has to say how a step ended.',
  child: 'It waits for another run.',
  retry: 'It waits for the next attempt.',
  slot: 'It waits for a free slot.',
}

export const wordsOf = ({ code, message }: { code: string; message: string }): string =>
  WAITS[code] ?? message
