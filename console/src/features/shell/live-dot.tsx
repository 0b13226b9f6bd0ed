import { useSyncExternalStore } from 'react'
import { liveState, onLiveChange, sinceWhenOffline } from '../../api/live.ts'
import styles from './live-dot.module.css'

/** Whether the page is up to date. */
export function LiveDot() {
  const state = useSyncExternalStore(onLiveChange, liveState)
  const since = sinceWhenOffline()
  const label = { live: 'Live', 'catching-up': 'Catching up', offline: 'Offline' }[state]
  const time =
    state === 'offline' && since !== null ? ` since ${new Date(since).toTimeString().slice(0, 5)}` : ''
  return (
    <span className={styles.live} data-state={state} role="status">
      <i />
      {label}
      {time}
    </span>
  )
}
