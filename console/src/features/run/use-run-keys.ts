import { useKeys } from '../../ui/use-keys.ts'
import { lookOfStep } from './model/look.ts'
import { stepOf } from './model/path.ts'
import type { RunView } from './run-view.ts'

const OF_NOTE = new Set(['failed', 'waiting', 'unknown'])
const TABS = ['io', 'tries', 'events', 'settings']

/** Arrows move through the steps, `t` jumps to the next one that failed or waits, numbers select tabs, Escape returns to the run. */
export function useRunKeys({ outline, live, chosen, choose, setTab }: RunView): void {
  const keys = outline.steps.filter(({ depth }) => depth === 0).map(({ key }) => key)
  const at = chosen === null ? -1 : keys.indexOf(stepOf(chosen).split('.')[0] ?? '')
  const to = (index: number) => {
    const next = keys[Math.max(0, Math.min(keys.length - 1, index))]
    if (next !== undefined) choose(next)
  }
  useKeys({
    ArrowDown: () => to(at + 1),
    ArrowUp: () => to(at - 1),
    t: () => {
      const around = [...keys.slice(at + 1), ...keys.slice(0, at + 1)]
      const next = around.find((key) => OF_NOTE.has(lookOfStep(live.steps.get(key), live.status)))
      if (next !== undefined) choose(next)
    },
    // Only the focus: a decision is never one key away.
    a: () => document.querySelector<HTMLElement>('[data-decide=approve]')?.focus(),
    Escape: () => choose(null),
    ...Object.fromEntries(TABS.map((tab, index) => [String(index + 1), () => setTab(tab)])),
  })
}
