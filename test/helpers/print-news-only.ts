// Leaves out what the runtimes print about errors that tests cause, so that everything printed is news.
import { newsFilter } from './on-purpose.ts'

let restore = (): void => undefined

/** The runtimes write to this stream of the main process, a whole message or several at a time. */
export function setup(): void {
  const { write } = process.stdout
  const print = write.bind(process.stdout) as (text: unknown, ...more: unknown[]) => boolean
  const newsOf = newsFilter()
  // Bytes are not from a runtime. An empty text is written too, because a caller may wait for its callback.
  process.stdout.write = (text: unknown, ...more: unknown[]) =>
    print(typeof text === 'string' ? newsOf(text, Date.now()) : text, ...more)
  restore = () => {
    process.stdout.write = write
  }
}

export const teardown = (): void => restore()
