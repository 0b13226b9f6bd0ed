import { useEffect } from 'react'
import { type Shown, statusLabel, toneOf } from '../../ui/status.ts'

/** The browser tab's title and icon show the run's status. */
export function useRunTab(name: string, status: Shown): void {
  useEffect(() => {
    document.title = `${statusLabel(status)}: ${name} · Orrery`
    const icon = document.querySelector<HTMLLinkElement>('link[rel=icon]')
    if (!icon) return
    const plain = icon.href
    icon.href = `data:image/svg+xml,${encodeURIComponent(drawn(status))}`
    return () => {
      icon.href = plain
    }
  }, [name, status])
}

const COLOURS = {
  run: '#2f7fd8',
  wait: '#c98a1e',
  good: '#1f9d5b',
  bad: '#d23f3f',
  odd: '#a44fc0',
  off: '#8a8d96',
}
const SIGNS: Partial<Record<Shown, string>> = {
  succeeded: 'm9.5 16.5 4.5 4.5 8.5-10',
  failed: 'm11 11 10 10m0-10L11 21',
  waiting: 'M16 8v8.5l5 3.5',
  paused: 'M12.5 11v10m7-10v10',
  unknown: 'M13 13c0-4 6-4 6 0 0 3-3 3-3 5.5m0 3.5v.1',
}

const drawn = (status: Shown): string => {
  const colour = COLOURS[toneOf(status)]
  const sign = SIGNS[status]
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><circle cx="16" cy="16" r="14" fill="${sign ? colour : 'none'}" stroke="${colour}" stroke-width="4"/>${
    sign
      ? `<path d="${sign}" fill="none" stroke="#fff" stroke-width="3.5" stroke-linecap="round" stroke-linejoin="round"/>`
      : `<circle cx="16" cy="16" r="5" fill="${colour}"/>`
  }</svg>`
}
