import type { RefObject } from 'react'
import { useKeys } from '../../ui/use-keys.ts'

/** `j` and `k` move the focus between elements with `data-row`, in the order of the page. */
export function useRowFocus(box: RefObject<HTMLElement | null>): void {
  const move = (by: number) => {
    const rows = [...(box.current?.querySelectorAll<HTMLElement>('[data-row]') ?? [])]
    const at = rows.indexOf(document.activeElement as HTMLElement)
    rows[at < 0 ? 0 : Math.max(0, Math.min(rows.length - 1, at + by))]?.focus()
  }
  useKeys({ j: () => move(1), k: () => move(-1), ArrowDown: () => move(1), ArrowUp: () => move(-1) })
}
