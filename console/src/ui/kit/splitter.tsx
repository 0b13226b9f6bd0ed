import { type KeyboardEvent, type PointerEvent, useRef, useState } from 'react'
import styles from './splitter.module.css'

type Props = {
  /** What it changes, such as "Width of the graph". */
  label: string
  axis: 'x' | 'y'
  /** In percent of the parent element. */
  at: number
  className?: string | undefined
  /** `size` is that of the parent element. */
  onMove: (to: number, size: { width: number; height: number }) => void
  onReset: () => void
}

const STEP = 2
const LARGE_STEP = 10
const TOWARDS: Record<'x' | 'y', Record<string, number>> = {
  x: { ArrowLeft: -1, ArrowRight: 1 },
  y: { ArrowUp: -1, ArrowDown: 1 },
}

/** The line between two panes. It is dragged, or moved by arrow keys; a double click or Enter restores its default place. */
export function Splitter({ label, axis, at, className = '', onMove, onReset }: Props) {
  const [isDragged, setDragged] = useState(false)
  /** From the pointer to the line, since the target is wider than the line. */
  const grip = useRef(0)

  const placeOf = ({ clientX, clientY }: PointerEvent, { left, top, width, height }: DOMRect): number =>
    axis === 'x' ? ((clientX - left) / width) * 100 : ((clientY - top) / height) * 100

  function drag(event: PointerEvent<HTMLElement>) {
    if (!event.currentTarget.hasPointerCapture(event.pointerId)) return
    const box = boxOf(event.currentTarget)
    onMove(placeOf(event, box) + grip.current, box)
  }

  function press(event: KeyboardEvent<HTMLElement>) {
    const step = TOWARDS[axis][event.key]
    const to = { Home: 0, End: 100 }[event.key]
    if (event.key === 'Enter') onReset()
    else if (step !== undefined)
      onMove(at + step * (event.shiftKey ? LARGE_STEP : STEP), boxOf(event.currentTarget))
    else if (to !== undefined) onMove(to, boxOf(event.currentTarget))
    else return
    event.preventDefault()
  }

  return (
    <div
      role="separator"
      tabIndex={0}
      aria-label={label}
      aria-orientation={axis === 'x' ? 'vertical' : 'horizontal'}
      aria-valuenow={Math.round(at)}
      aria-valuemin={0}
      aria-valuemax={100}
      className={`${styles.splitter} ${className}`}
      data-axis={axis}
      data-dragged={isDragged}
      onPointerDown={(event) => {
        if (event.button !== 0) return
        event.currentTarget.setPointerCapture(event.pointerId)
        grip.current = at - placeOf(event, boxOf(event.currentTarget))
        setDragged(true)
      }}
      onPointerMove={drag}
      onLostPointerCapture={() => setDragged(false)}
      onDoubleClick={onReset}
      onKeyDown={press}
    />
  )
}

const boxOf = (line: HTMLElement): DOMRect => line.parentElement!.getBoundingClientRect()
