import { type RefObject, useRef } from 'react'
import { useKeys } from './use-keys.ts'

/** In lists of links, `j` and `k` move the focus from row to row. Enter opens the focused one. */
export function useRowKeys<T extends HTMLElement = HTMLUListElement>(): RefObject<T | null> {
  const list = useRef<T>(null)
  const move = (by: number) => {
    const rows = [...(list.current?.querySelectorAll<HTMLElement>('[data-row]') ?? [])]
    const at = rows.findIndex((row) => row.contains(document.activeElement))
    const next = at === -1 ? 0 : Math.max(0, Math.min(rows.length - 1, at + by))
    const row = rows[next]
    const target = row?.matches('a, button') ? row : row?.querySelector<HTMLElement>('a, button')
    target?.focus()
  }
  useKeys({ j: () => move(1), k: () => move(-1) })
  return list
}
