// Single-key shortcuts of a page. They are inactive while a field has the focus or a dialog is open, and can be turned off.
import { useEffect, useRef } from 'react'

export type Keys = Record<string, (event: KeyboardEvent) => void>

const OFF = 'orrery.keys-off'

export const areKeysOn = (): boolean => localStorage.getItem(OFF) === null

export function setKeysOn(on: boolean): void {
  if (on) localStorage.removeItem(OFF)
  else localStorage.setItem(OFF, 'yes')
}

const IN_FIELD = 'input:not([type=checkbox]), textarea, select, [contenteditable], [role=dialog], [role=menu]'

export function useKeys(keys: Keys): void {
  const current = useRef(keys)
  current.current = keys
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey || !areKeysOn()) return
      const target = event.target as HTMLElement
      if (target.closest(IN_FIELD) || document.querySelector('[role=dialog]')) return
      // The focused element handles its own keys first.
      if ((event.key === 'Enter' || event.key === ' ') && target.closest('a, button, summary')) return
      const act = current.current[event.key]
      if (!act) return
      event.preventDefault()
      act(event)
    }
    addEventListener('keydown', listen)
    return () => removeEventListener('keydown', listen)
  }, [])
}
