// The visible time range: chosen by dragging on the axis or with the wheel, and reset with `0`.
import { type PointerEvent, useEffect, useRef, useState } from 'react'
import type { Scale, Span } from '../model/scale.ts'

const LEAST_PX = 6
const LEAST_MS = 2
const WHEEL = 1.25

export function useZoom(whole: Span) {
  const [zoom, setZoom] = useState<Span | null>(null)
  const [drawn, setDrawn] = useState<{ from: number; to: number } | null>(null)
  const axis = useRef<HTMLDivElement>(null)
  const range = zoom ?? whole
  const current = useRef({ range, whole, scale: null as Scale | null })
  current.current.range = range
  current.current.whole = whole

  // React's wheel listener is passive, so the page would scroll too.
  useEffect(() => {
    const box = axis.current
    if (box === null) return
    const turn = (event: WheelEvent) => {
      const { scale, whole: all, range: now } = current.current
      if (scale === null) return
      event.preventDefault()
      const { left, width } = box.getBoundingClientRect()
      const at = scale.time((event.clientX - left) / width)
      const by = event.deltaY < 0 ? 1 / WHEEL : WHEEL
      const next = { from: at - (at - now.from) * by, to: at + (now.to - at) * by }
      setZoom(within(next, all))
    }
    box.addEventListener('wheel', turn, { passive: false })
    return () => box.removeEventListener('wheel', turn)
  }, [])

  const placeOf = (event: PointerEvent): number => {
    const { left, width } = axis.current!.getBoundingClientRect()
    return Math.min(1, Math.max(0, (event.clientX - left) / width))
  }
  const handlers = {
    onPointerDown: (event: PointerEvent) => {
      if (event.button !== 0) return
      event.currentTarget.setPointerCapture(event.pointerId)
      setDrawn({ from: placeOf(event), to: placeOf(event) })
    },
    onPointerMove: (event: PointerEvent) => drawn && setDrawn({ ...drawn, to: placeOf(event) }),
    onPointerUp: () => {
      const { scale } = current.current
      const width = axis.current?.getBoundingClientRect().width ?? 0
      if (drawn && scale !== null && Math.abs(drawn.to - drawn.from) * width >= LEAST_PX) {
        const [a, b] = [scale.time(drawn.from), scale.time(drawn.to)]
        setZoom(within({ from: Math.min(a, b), to: Math.max(a, b) }, whole))
      }
      setDrawn(null)
    },
    onDoubleClick: () => setZoom(null),
  }
  return {
    range,
    isZoomed: zoom !== null,
    drawn,
    axis,
    handlers,
    reset: () => setZoom(null),
    /** Interactions use the range that is drawn. */
    take: (scale: Scale) => {
      current.current.scale = scale
    },
  }
}

function within({ from, to }: Span, whole: Span): Span | null {
  const next = { from: Math.max(from, whole.from), to: Math.min(to, whole.to) }
  if (next.from <= whole.from && next.to >= whole.to) return null
  return next.to - next.from < LEAST_MS ? { from: next.from, to: next.from + LEAST_MS } : next
}
