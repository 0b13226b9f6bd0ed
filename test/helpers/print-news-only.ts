// Leaves out what the runtimes print about errors that tests cause, so that everything printed is news.
import { isOnPurpose } from './on-purpose.ts'

let restore = (): void => undefined

/** A runtime writes each message at once, to this stream of the main process. */
export function setup(): void {
  const { write } = process.stdout
  const print = write.bind(process.stdout) as (...args: unknown[]) => boolean
  process.stdout.write = (...args: unknown[]) => isOnPurpose(String(args[0])) || print(...args)
  restore = () => {
    process.stdout.write = write
  }
}

export const teardown = (): void => restore()
