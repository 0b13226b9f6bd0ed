// Lets tests make durable writes, effects and facts fail, and see when they are done. Without a hook and an observer, as
// always in production, nothing is wrapped: it costs one comparison when an object is created.

/** `point` is the name of the part and its call, then `before` or `after`, as in `store.writeTurn:before`. */
export type FaultHook = (point: string, state: DurableObjectState, args: readonly unknown[]) => void

let hook: FaultHook | null = null
let observer: ((point: string) => void) | null = null

/** For objects that are created from now on, while it or an observer is set. */
export function setFaultHook(next: FaultHook | null): void {
  hook = next
}

/** Called after each of those calls, so that tests can wait for what they do. For objects that are created from now on. */
export function setObserver(next: (point: string) => void): void {
  observer = next
}

/** The names of calls that write, start, or take an outcome or a fact. */
const FAULTY = /^(create|write|push|replace|delay|remove|take|set|start|commit|load|reload|report)/

/** Returns the part, with the hook called before and after each of those calls. */
export function withFaults<Part extends object>(name: string, part: Part, state: DurableObjectState): Part {
  if (hook === null && observer === null) return part
  const wrapped = Object.entries(part).map(([call, original]) => {
    if (typeof original !== 'function' || !FAULTY.test(call)) return [call, original]
    const around = (...args: unknown[]): unknown => {
      hook?.(`${name}.${call}:before`, state, args)
      const result: unknown = original(...args)
      hook?.(`${name}.${call}:after`, state, args)
      observer?.(`${name}.${call}`)
      return result
    }
    return [call, around]
  })
  return Object.fromEntries(wrapped) as Part
}

let processId: string | null = null

/** Identifies the process. Objects may come and go within one process. */
export const thisProcess = (): string => {
  processId ??= crypto.randomUUID()
  return processId
}

const memories: { clear(): void }[] = []

/** Memory that outlives objects, but not the process. */
export function lostWithProcess<Memory extends { clear(): void }>(memory: Memory): Memory {
  memories.push(memory)
  return memory
}

/** From now on, everything behaves as after the loss of the process. */
export function asNewProcess(): void {
  processId = null
  for (const memory of memories) memory.clear()
}
