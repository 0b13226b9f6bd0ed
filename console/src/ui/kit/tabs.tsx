import { type KeyboardEvent, type ReactNode, useId } from 'react'
import { useChosenInView } from '../use-chosen-in-view.ts'
import styles from './tabs.module.css'

export type Tab = { id: string; name: ReactNode }

type Props = {
  tabs: Tab[]
  value: string
  onChange: (id: string) => void
  label: string
  look?: 'line' | 'box'
  children?: ReactNode
}

/** One tab stop; arrow keys move between tabs. */
export function Tabs({ tabs, value, onChange, label, look = 'line', children }: Props) {
  const id = useId()
  // More tabs come when the rights of the person are known.
  const row = useChosenInView<HTMLDivElement>(`${value} ${tabs.length}`)
  function move(event: KeyboardEvent) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
    if (step === undefined) return
    event.preventDefault()
    event.stopPropagation()
    const at = tabs.findIndex((tab) => tab.id === value)
    const next = tabs[(at + step + tabs.length) % tabs.length]
    if (!next) return
    onChange(next.id)
    document.getElementById(`${id}-${next.id}`)?.focus()
  }
  return (
    <>
      <div ref={row} className={styles[look]} role="tablist" aria-label={label} onKeyDown={move}>
        {tabs.map((tab) => (
          <button
            key={tab.id}
            id={`${id}-${tab.id}`}
            type="button"
            role="tab"
            aria-selected={tab.id === value}
            aria-controls={children === undefined ? undefined : `${id}-panel`}
            tabIndex={tab.id === value ? 0 : -1}
            onClick={() => onChange(tab.id)}
          >
            {tab.name}
          </button>
        ))}
      </div>
      {children !== undefined && (
        <div id={`${id}-panel`} role="tabpanel" aria-labelledby={`${id}-${value}`} className={styles.panel}>
          {children}
        </div>
      )}
    </>
  )
}
