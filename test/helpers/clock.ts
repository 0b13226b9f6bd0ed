// The time of the app under test. It runs with the real clock plus an offset that only moves forward, so that tests
// which share one storage never see time go back.
let offsetMs = 0

export const clock = {
  now: () => Date.now() + offsetMs,
  advance: (ms: number) => {
    offsetMs += ms
  },
}
