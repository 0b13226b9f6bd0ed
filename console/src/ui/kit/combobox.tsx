// A field that picks one of many things by typing a part of its name.
import { type KeyboardEvent, type ReactNode, useId, useState } from 'react'
import { IconButton } from './button.tsx'
import styles from './combobox.module.css'
import fieldStyles from './field.module.css'
import { Field } from './field.tsx'

export type Option = { id: string; name: string; detail?: string; sign?: ReactNode }

type Props = {
  label: string
  help?: ReactNode
  error?: string | undefined
  placeholder?: string
  required?: boolean
  value: Option | null
  onChange: (option: Option | null) => void
  options: readonly Option[]
  /** Called with the typed text if the server searches; the options are then what it found. Otherwise they are filtered here. */
  onSearch?: (text: string) => void
  isSearching?: boolean
}

const MAX_SHOWN = 100

const matches = ({ name, detail = '' }: Option, text: string): boolean =>
  `${name} ${detail}`.toLowerCase().includes(text.trim().toLowerCase())

export function Combobox(props: Props) {
  const { label, help, error, placeholder, required, value, onChange, options, onSearch, isSearching } = props
  const listId = useId()
  /** Null while the list is closed. */
  const [text, setText] = useState<string | null>(null)
  const [at, setAt] = useState(0)
  const isOpen = text !== null
  const found = onSearch ? options : options.filter((one) => matches(one, text ?? ''))
  const shown = found.slice(0, MAX_SHOWN)
  const current = Math.min(at, shown.length - 1)

  function type(next: string) {
    setText(next)
    setAt(0)
    onSearch?.(next.trim())
  }
  function choose(option: Option | undefined) {
    if (option) onChange(option)
    setText(null)
  }
  function press(event: KeyboardEvent) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step !== undefined) {
      event.preventDefault()
      if (!isOpen) type('')
      else setAt((current + step + shown.length) % Math.max(1, shown.length))
    } else if (event.key === 'Enter' && isOpen) {
      event.preventDefault()
      choose(shown[current])
    } else if (event.key === 'Escape' && isOpen) {
      // The dialog around it stays open.
      event.stopPropagation()
      setText(null)
    }
  }
  return (
    <Field label={label} help={help} error={error}>
      {(id, describedBy) => (
        <div className={styles.box}>
          <input
            id={id}
            className={fieldStyles.input}
            role="combobox"
            aria-expanded={isOpen}
            aria-controls={listId}
            aria-autocomplete="list"
            aria-activedescendant={isOpen && shown[current] ? `${listId}-${current}` : undefined}
            aria-describedby={describedBy}
            aria-invalid={error !== undefined || undefined}
            autoComplete="off"
            placeholder={placeholder}
            required={required}
            maxLength={200}
            value={text ?? value?.name ?? ''}
            onChange={(event) => type(event.target.value)}
            onClick={() => !isOpen && type('')}
            onKeyDown={press}
            onBlur={() => setText(null)}
          />
          {value !== null && !isOpen && !required && (
            <IconButton icon="close" size="small" label={`Clear ${label}`} onClick={() => onChange(null)} />
          )}
          <div id={listId} role="listbox" aria-label={label} className={styles.list} hidden={!isOpen}>
            {isOpen &&
              shown.map((option, index) => (
                <div
                  key={option.id}
                  id={`${listId}-${index}`}
                  role="option"
                  tabIndex={-1}
                  aria-selected={index === current}
                  // The field keeps the focus, so that it does not close the list first.
                  onPointerDown={(event) => event.preventDefault()}
                  onPointerMove={() => setAt(index)}
                  onClick={() => choose(option)}
                  onKeyDown={undefined}
                >
                  {option.sign}
                  <span className="cut">
                    <bdi>{option.name}</bdi>
                  </span>
                  {option.detail && <small className="cut">{option.detail}</small>}
                </div>
              ))}
          </div>
          {isOpen && shown.length === 0 && (
            <p className={styles.none} role="status">
              {isSearching ? 'Searching…' : 'Nothing found.'}
            </p>
          )}
          {isOpen && found.length > shown.length && (
            <p className={styles.none}>Type more of the name to see the others.</p>
          )}
        </div>
      )}
    </Field>
  )
}
