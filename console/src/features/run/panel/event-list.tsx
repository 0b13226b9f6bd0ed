import { useVirtualizer } from '@tanstack/react-virtual'
import { useRef } from 'react'
import { bytes, clock } from '../../../ui/format/time.ts'
import type { RunEvent } from '../model/event.ts'
import { useRunView } from '../run-view.ts'
import styles from './panel.module.css'

const ROW = 28

/** The log as recorded. Only the visible part is drawn. */
export function EventList({ events }: { events: readonly RunEvent[] }) {
  const { choose } = useRunView()
  const box = useRef<HTMLDivElement>(null)
  const shown = useVirtualizer({
    count: events.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW,
    overscan: 12,
  })
  if (events.length === 0) return <p className="faint">No events yet.</p>
  return (
    <div ref={box} className={styles.events} role="list" aria-label="Events" tabIndex={0}>
      <div style={{ height: shown.getTotalSize(), position: 'relative' }}>
        {shown.getVirtualItems().map(({ index, start }) => {
          const event = events[index]
          if (!event) return null
          const { path } = event
          return (
            <div
              key={event.seq}
              role="listitem"
              className={styles.event}
              style={{ transform: `translateY(${start}px)` }}
              data-level={event.level ?? (event.error ? 'error' : undefined)}
            >
              <span className="num faint">{event.seq}</span>
              <span className="num mono dim">{clock(event.at)}</span>
              <b>{event.type}</b>
              {path === undefined ? (
                <span />
              ) : (
                <button type="button" className="mono cut" title={path} onClick={() => choose(path)}>
                  {path}
                </button>
              )}
              <span className="cut dim" dir="auto" title={noteOf(event)}>
                {noteOf(event)}
              </span>
            </div>
          )
        })}
      </div>
    </div>
  )
}

export function noteOf(event: RunEvent): string {
  if (event.message !== undefined) return event.message
  if (event.error) return event.error.message
  if (event.adopted) return 'taken over'
  if (event.wait) return `for ${[event.wait.kind, event.wait.name].filter(Boolean).join(' ')}`
  if (event.port) return `continued at ${event.port}`
  if (event.type === 'items.settled') return `${event.count} items from ${event.from}`
  if (event.count !== undefined) return `${event.count} items`
  if (event.outputBytes !== undefined) return `output of ${bytes(event.outputBytes)}`
  if (event.name !== undefined) return event.name
  if (event.attempt !== undefined && event.attempt > 1) return `try ${event.attempt}`
  return event.reason ?? (event.by === undefined ? '' : `by ${event.by}`)
}
