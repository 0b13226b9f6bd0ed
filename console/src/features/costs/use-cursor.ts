import { useEffect, useRef, useState } from 'react'
import { useKeys } from '../../ui/use-keys.ts'

/** `J` and `K` move through the rows of a table, and Enter opens the current one. Returns its place and what the table needs. */
export function useCursor(count: number, onOpen: (at: number) => void) {
  const [cursor, setCursor] = useState(-1)
  const body = useRef<HTMLTableSectionElement>(null)
  const at = Math.min(cursor, count - 1)
  useEffect(() => {
    if (at >= 0) body.current?.rows[at]?.scrollIntoView({ block: 'nearest' })
  }, [at])
  const move = (by: number) => setCursor(Math.max(0, Math.min(count - 1, at + by)))
  useKeys({
    j: () => move(1),
    k: () => move(-1),
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    Enter: () => at >= 0 && onOpen(at),
  })
  return {
    body,
    row: (index: number) => ({
      'data-current': index === at,
      onPointerMove: () => index !== at && setCursor(index),
    }),
  }
}
