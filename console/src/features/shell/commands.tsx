// Commands of every page: the palette, the list of shortcuts, and `g` with a letter for navigation.
import { useNavigate } from '@tanstack/react-router'
import { lazy, Suspense, useEffect, useRef } from 'react'
import { useKeys } from '../../ui/use-keys.ts'
import { useNavigation } from './navigation.ts'

const Palette = lazy(() => import('./palette.tsx').then((parts) => ({ default: parts.Palette })))
const Shortcuts = lazy(() => import('./shortcuts.tsx').then((parts) => ({ default: parts.Shortcuts })))

const SECOND_KEY_MS = 1_000
/** Not 0, because that is less than a second ago on a page that was just opened. */
const NEVER = Number.NEGATIVE_INFINITY

export type Opened = 'palette' | 'shortcuts' | null

export function Commands({ opened, onOpen }: { opened: Opened; onOpen: (what: Opened) => void }) {
  const go = useNavigate()
  const navigation = useNavigation()
  const waitsSince = useRef(NEVER)
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.metaKey || event.ctrlKey) || event.shiftKey) return
      event.preventDefault()
      onOpen('palette')
    }
    addEventListener('keydown', listen)
    return () => removeEventListener('keydown', listen)
  }, [onOpen])
  useKeys({
    '?': () => onOpen('shortcuts'),
    g: () => {
      waitsSince.current = performance.now()
    },
  })
  // Handles the letter after `g` before the page does, because the page may use it too.
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (performance.now() - waitsSince.current > SECOND_KEY_MS) return
      waitsSince.current = NEVER
      const item = navigation.flatMap((group) => group.items).find((one) => one.key === event.key)
      if (!item) return
      event.preventDefault()
      event.stopImmediatePropagation()
      void go({ to: item.to as '/' })
    }
    addEventListener('keydown', listen, { capture: true })
    return () => removeEventListener('keydown', listen, { capture: true })
  }, [go, navigation])
  if (opened === null) return null
  return (
    <Suspense>
      {opened === 'palette' ? (
        <Palette onClose={() => onOpen(null)} />
      ) : (
        <Shortcuts onClose={() => onOpen(null)} />
      )}
    </Suspense>
  )
}
