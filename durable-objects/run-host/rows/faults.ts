// A seam for the tests that make durable writes, effects and facts fail. Without a hook, as always in production, nothing
// is wrapped and nothing is asked: the seam costs one comparison when an object is made.

/** `point` is the name of the part and its call, then `before` or `after`, as in `store.writeTurn:before`. */
export type FaultHook = (point: string, state: DurableObjectState, args: readonly unknown[]) => void

let hook: FaultHook | null = null

/** For objects that are made from now on, as long as it is set. */
export function setFaultHook(next: FaultHook | null): void {
  hook = next
}

/** What writes, starts or takes an outcome or a fact, by the names that these calls have. */
const FAULTY = /^(create|write|push|replace|delay|remove|take|set|start|commit|load|reload|report)/

/** The same part, with the hook asked before and after each of those calls. */
export function withFaults<Part extends object>(name: string, part: Part, state: DurableObjectState): Part {
  if (hook === null) return part
  const wrapped = Object.entries(part).map(([call, original]) => {
    if (typeof original !== 'function' || !FAULTY.test(call)) return [call, original]
    const around = (...args: unknown[]): unknown => {
      hook?.(`${name}.${call}:before`, state, args)
      const result: unknown = original(...args)
      hook?.(`${name}.${call}:after`, state, args)
      return result
    }
    return [call, around]
  })
  return Object.fromEntries(wrapped) as Part
}

let processId: string | null = null

/** Names the process, of which memory is all that one knows: not the object, which may come and go in it. */
export const thisProcess = (): string => {
  processId ??= crypto.randomUUID()
  return processId
}

/** From now on everything is as after the loss of the process: what an object of before has to say is not heard. */
export function asNewProcess(): void {
  processId = null
}
