import { type RefObject, useEffect, useRef } from 'react'

/** In a row of tabs that is wider than a phone, scrolls to the chosen one. */
export function useChosenInView<T extends HTMLElement>(chosen: string): RefObject<T | null> {
  const row = useRef<T>(null)
  useEffect(() => {
    row.current
      ?.querySelector('[aria-current="page"], [aria-selected="true"]')
      ?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [chosen])
  return row
}
