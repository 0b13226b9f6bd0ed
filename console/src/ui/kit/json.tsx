// Shows JSON as a tree that folds. Long lists and texts show only their beginning until the reader asks for more. A reference to a
// file of the team has a link to it.
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { bytes } from '../format/time.ts'
import { Icon } from '../icon.tsx'
import { IconButton } from './button.tsx'
import styles from './json.module.css'

const FILE_ID = /^file_[0-9a-z]{26}$/
const CHILDREN_AT_ONCE = 100
const MAX_TEXT = 400
const OPEN_UNTIL_DEPTH = 2
const OPEN_UNTIL_CHILDREN = 12

export function Json({ title, value, empty }: { title?: string; value: unknown; empty?: string }) {
  const isNothing = value === undefined || (value === null && empty !== undefined)
  return (
    <div className={styles.json}>
      {title && (
        <header>
          <span>{title}</span>
          {!isNothing && (
            <IconButton
              size="small"
              icon="copy"
              label={`Copy ${title.toLowerCase()}`}
              onClick={() => void navigator.clipboard.writeText(JSON.stringify(value, null, 2))}
            />
          )}
        </header>
      )}
      {isNothing ? (
        <p className={styles.empty}>{empty ?? 'Nothing'}</p>
      ) : (
        <Branch value={value} depth={0} name={null} />
      )}
    </div>
  )
}

function Branch({ name, value, depth }: { name: string | null; value: unknown; depth: number }) {
  const isList = Array.isArray(value)
  const isBranch = isList || (typeof value === 'object' && value !== null)
  const size = isList ? value.length : isBranch ? Object.keys(value).length : 0
  const [isOpen, setOpen] = useState(depth < OPEN_UNTIL_DEPTH && size <= OPEN_UNTIL_CHILDREN)
  const [shown, setShown] = useState(CHILDREN_AT_ONCE)
  const indent = { paddingInlineStart: depth * 14 + 14 }
  const key = name !== null && (
    <>
      <span className={styles.key}>{name}</span>
      <span className={styles.mark}>: </span>
    </>
  )
  if (!isBranch)
    return (
      <div style={indent}>
        {key}
        <Leaf value={value} />
        {name === '$file' && typeof value === 'string' && FILE_ID.test(value) && (
          <Link to={'/files/$id' as '/'} params={{ id: value } as never} className={`link ${styles.file}`}>
            Open the file
          </Link>
        )}
      </div>
    )
  const [open, close] = isList ? ['[', ']'] : ['{', '}']
  const entries = isOpen ? Object.entries(value).slice(0, shown) : []
  return (
    <>
      <button
        type="button"
        className={styles.fold}
        style={indent}
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      >
        <i data-open={isOpen}>
          <Icon name="chevron" size={9} />
        </i>
        {key}
        <span className={styles.mark}>
          {open}
          {isOpen && size > 0
            ? ''
            : ` ${size === 0 ? '' : `${size} ${isList ? 'items' : 'fields'} `}${close}`}
        </span>
      </button>
      {entries.map(([child, one]) => (
        <Branch key={child} name={isList ? null : child} value={one} depth={depth + 1} />
      ))}
      {isOpen && size > shown && (
        <button
          type="button"
          className={styles.more}
          style={indent}
          onClick={() => setShown(shown + CHILDREN_AT_ONCE)}
        >
          {size - shown} more
        </button>
      )}
      {isOpen && size > 0 && (
        <div style={indent} className={styles.mark}>
          {close}
        </div>
      )}
    </>
  )
}

function Leaf({ value }: { value: unknown }) {
  const [isWhole, setWhole] = useState(false)
  if (typeof value !== 'string')
    return <span className={typeof value === 'number' ? styles.number : styles.literal}>{String(value)}</span>
  const isLong = value.length > MAX_TEXT && !isWhole
  return (
    <span className={styles.text}>
      "{isLong ? value.slice(0, MAX_TEXT) : value}"
      {isLong && (
        <button type="button" className={styles.more} onClick={() => setWhole(true)}>
          … {bytes(value.length)}
        </button>
      )}
    </span>
  )
}
