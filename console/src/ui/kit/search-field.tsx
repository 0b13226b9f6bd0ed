import { useEffect, useRef, useState } from 'react'
import { Icon } from '../icon.tsx'
import { useKeys } from '../use-keys.ts'
import styles from './search-field.module.css'
import { Kbd } from './tag.tsx'

const SETTLE_MS = 250

/** Searches when typing stops, not at every letter. `F` focuses it. */
export function SearchField({
  label,
  placeholder,
  value,
  onChange,
}: {
  label: string
  placeholder: string
  value: string
  onChange: (value: string) => void
}) {
  const [text, setText] = useState(value)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const field = useRef<HTMLInputElement>(null)
  useKeys({ f: () => field.current?.focus() })
  useEffect(() => {
    if (document.activeElement !== field.current) setText(value)
  }, [value])
  function type(next: string) {
    setText(next)
    clearTimeout(timer.current)
    timer.current = setTimeout(() => onChange(next.trim()), SETTLE_MS)
  }
  return (
    <label className={`${styles.search} wide-only`}>
      <Icon name="search" size={14} />
      <input
        ref={field}
        type="search"
        placeholder={placeholder}
        aria-label={label}
        maxLength={200}
        value={text}
        onChange={(event) => type(event.target.value)}
        onKeyDown={(event) => {
          // The browser would clear the field.
          if (event.key !== 'Escape') return
          event.preventDefault()
          event.currentTarget.blur()
        }}
      />
      <Kbd>F</Kbd>
    </label>
  )
}
