import { useVirtualizer } from '@tanstack/react-virtual'
import { useMemo, useRef, useState } from 'react'
import { count, duration } from '../../../ui/format/time.ts'
import { Glyph } from '../../../ui/glyph.tsx'
import { Chip } from '../../../ui/kit/tag.tsx'
import type { Items, Place } from '../model/live.ts'
import { durationOf, lookOf, placeAt } from '../model/look.ts'
import { useRunView } from '../run-view.ts'
import styles from './panel.module.css'

const ROW = 30

/** The items of an `each`. The fold counts them; only visible ones are loaded and drawn. */
export function ItemList({ path, items }: { path: string; items: Items }) {
  const [only, setOnly] = useState<'all' | 'failed' | 'open'>('all')
  const numbers = useMemo(() => (only === 'all' ? null : numbersOf(items, only)), [items, only])
  const filters = [
    ['all', `All ${count(items.count)}`],
    ['failed', `Failed ${count(items.failed)}`],
    ['open', `Not done ${count(items.count - items.done)}`],
  ] as const
  return (
    <PlaceList
      pathAt={(at) => `${path}:${numbers?.[at] ?? at}`}
      nameAt={(at) => `Item ${numbers?.[at] ?? at}`}
      count={numbers?.length ?? items.count}
      head={filters.map(([id, label]) => (
        <Chip key={id} pressed={only === id} onClick={() => setOnly(id)}>
          {label}
        </Chip>
      ))}
    />
  )
}

function numbersOf({ places, count: all, settled }: Items, only: 'failed' | 'open'): number[] {
  if (only === 'failed')
    return [...places]
      .flatMap(([item, { status }]) => (status === 'failed' ? [item] : []))
      .sort((a, b) => a - b)
  const open: number[] = []
  for (let item = settled; item < all; item++) {
    const status = places.get(item)?.status
    if (status !== 'succeeded' && status !== 'failed' && status !== 'skipped' && status !== 'cancelled')
      open.push(item)
  }
  return open
}

/** The places of a step inside items or a loop. */
export function StepPlaces({ places }: { places: readonly Place[] }) {
  return (
    <PlaceList
      count={places.length}
      pathAt={(at) => places[at]?.path ?? ''}
      nameAt={(at) => places[at]?.path ?? ''}
      head={null}
    />
  )
}

type Props = {
  count: number
  pathAt: (at: number) => string
  nameAt: (at: number) => string
  head: React.ReactNode
}

function PlaceList({ count: all, pathAt, nameAt, head }: Props) {
  const { live, choose } = useRunView()
  const box = useRef<HTMLDivElement>(null)
  const shown = useVirtualizer({
    count: all,
    getScrollElement: () => box.current,
    estimateSize: () => ROW,
    overscan: 10,
  })
  return (
    <div className={styles.list}>
      {head && <div className={styles.chips}>{head}</div>}
      {all === 0 && <p className="faint">No places.</p>}
      <div ref={box} className={styles.places} role="list" tabIndex={0} aria-label="Places">
        <div style={{ height: shown.getTotalSize(), position: 'relative' }}>
          {shown.getVirtualItems().map(({ index, start }) => {
            const path = pathAt(index)
            const place = placeAt(live, path)
            const ms = place === null ? null : durationOf(place)
            return (
              <div
                key={path}
                role="listitem"
                className={styles.placeRow}
                style={{ transform: `translateY(${start}px)` }}
              >
                <button type="button" onClick={() => choose(path)}>
                  <Glyph status={lookOf(place, live.status)} />
                  <b className="num">{nameAt(index)}</b>
                  {ms !== null && <span className="num dim">{duration(ms)}</span>}
                  {(place?.attempt ?? 0) > 1 && <span className="num faint">{place?.attempt} tries</span>}
                  {place?.error && (
                    <span className={`${styles.bad} cut`} dir="auto">
                      {place.error.message}
                    </span>
                  )}
                </button>
              </div>
            )
          })}
        </div>
      </div>
    </div>
  )
}
