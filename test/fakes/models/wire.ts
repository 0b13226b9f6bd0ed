// One piece of a stream, with its content, so that the stream can be cut at a known place.
import type { Call, Failure, Scenario, Script } from './script.ts'

export type Event = { of: 'head' | 'text' | 'tool' | 'end'; data: string }

/** The format of a provider for answers, streams and errors. */
export type Wire = {
  events: (script: Script, model: string) => Event[]
  whole: (script: Script, model: string) => unknown
  /** The error as the body of an answer. */
  error: (failure: Failure) => unknown
  /** The error inside a stream. */
  errorEvent: (failure: Failure) => string
}

export type { Scenario }

/** The arguments as JSON text in two pieces. */
export function inTwo({ args, raw }: Pick<Call, 'args' | 'raw'>): [string, string] {
  const json = raw ?? JSON.stringify(args)
  const at = Math.ceil(json.length / 2)
  return [json.slice(0, at), json.slice(at)]
}

export const sse = (value: unknown, name?: string): string =>
  `${name === undefined ? '' : `event: ${name}\n`}data: ${typeof value === 'string' ? value : JSON.stringify(value)}\n\n`
