// Texts for times that update themselves. They share one clock that ticks every second.
import { useSyncExternalStore } from 'react'
import { serverNow } from '../../api/clock.ts'
import { ago, duration, exact } from './time.ts'

const listeners = new Set<() => void>()
let timer: ReturnType<typeof setInterval> | undefined
let now = serverNow()

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  timer ??= setInterval(() => {
    now = serverNow()
    for (const one of listeners) one()
  }, 1000)
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
}

/** The time, rounded to whole seconds. */
export function useSeconds(): number {
  if (timer === undefined) now = serverNow()
  return useSyncExternalStore(subscribe, () => now)
}

/** `3m ago`, with the exact time on hover. */
export function Ago({ at }: { at: string | null }) {
  const seconds = useSeconds()
  if (at === null) return <span>–</span>
  return (
    <time dateTime={at} title={exact(at)}>
      {ago(at, seconds)}
    </time>
  )
}

/** The duration so far. */
export function Elapsed({ since }: { since: string | null }) {
  const seconds = useSeconds()
  if (since === null) return null
  const ms = Math.max(0, seconds - Date.parse(since))
  return (
    <span className="num">
      {duration(ms < 1000 ? 0 : Math.floor(ms / 1000) * 1000).replace(/\.0+ s$/, ' s')}
    </span>
  )
}
