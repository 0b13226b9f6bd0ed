// The runtime supports cron triggers but never fires them. On Cloudflare they may fire late or twice, so firing one at the start is fine, and
// resumes what an earlier kill left undone.
const EVERY_MINUTE = '* * * * *'
const MINUTE_MS = 60_000

/** `call` makes the runtime run the handler once. The response is not ok if the handler threw. */
export function startCron(
  crons: string[],
  call: (query: URLSearchParams) => Promise<{ ok: boolean; text: () => Promise<string> }>,
): () => void {
  const other = crons.find((cron) => cron !== EVERY_MINUTE)
  if (other) throw new Error(`npm start fires only the cron trigger "${EVERY_MINUTE}", not "${other}"`)
  if (crons.length === 0) return () => undefined
  let timer: NodeJS.Timeout
  let stopped = false
  let running = false

  const fire = async (): Promise<void> => {
    if (running) return
    running = true
    try {
      const response = await call(new URLSearchParams({ cron: EVERY_MINUTE }))
      const answer = await response.text()
      if (!response.ok) console.error(`The scheduled handler failed: ${answer.slice(0, 500)}`)
    } catch (error) {
      if (!stopped) console.error(`The scheduled handler could not be called: ${String(error)}`)
    } finally {
      running = false
    }
  }
  const plan = (): void => {
    timer = setTimeout(
      () => {
        plan()
        void fire()
      },
      // A little past the minute, because a timer may fire early and would then fire twice.
      MINUTE_MS - (Date.now() % MINUTE_MS) + 20,
    )
  }
  void fire()
  plan()
  return () => {
    stopped = true
    clearTimeout(timer)
  }
}
