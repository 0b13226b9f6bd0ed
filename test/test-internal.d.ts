// A module of the test plugin.
declare module 'cloudflare:test-internal' {
  /** Calls the object that runs the tests. Its promises and timers belong to it. */
  export function runInRunnerObject<T>(work: () => T | Promise<T>): Promise<T>
}
