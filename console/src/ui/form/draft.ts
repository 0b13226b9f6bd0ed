// What somebody has typed and not sent, kept for this tab. It survives a reload and a session that ends. Invariants:
// 1. A draft belongs to one user. A session of somebody else deletes it before a form could read it (`ownDrafts`).
// 2. Signing out deletes all drafts of the tab, also if the session had already ended.
// 3. A form that asks for a secret has no draft (`hasSecret` in secret-fields.ts). Free text and JSON that no schema describes are kept.
// 4. A draft that cannot be stored, because it is too large or the browser refuses, is lost, and nothing else happens.
import { useState } from 'react'

const PREFIX = 'orrery.draft.'
const OWNER = 'orrery.draft-owner'
/** Of one draft, in characters. A browser keeps about five million for a tab. */
const MAX_LENGTH = 300_000

const draftKeys = (prefix: string): string[] =>
  Object.keys(sessionStorage).filter((key) => key.startsWith(prefix))

/** Deletes the drafts of everybody but this user. */
export function ownDrafts(userId: string | null): void {
  if (userId !== null && sessionStorage.getItem(OWNER) === userId) return
  for (const key of draftKeys(PREFIX)) sessionStorage.removeItem(key)
  if (userId === null) sessionStorage.removeItem(OWNER)
  else sessionStorage.setItem(OWNER, userId)
}

/** A draft and those of its fields. */
function deleteDraft(key: string): void {
  sessionStorage.removeItem(PREFIX + key)
  for (const field of draftKeys(`${PREFIX}${key}.`)) sessionStorage.removeItem(field)
}

const hasDraft = (key: string): boolean =>
  sessionStorage.getItem(PREFIX + key) !== null || draftKeys(`${PREFIX}${key}.`).length > 0

export function readDraft<T>(key: string | null): T | undefined {
  const text = key === null ? null : sessionStorage.getItem(PREFIX + key)
  return text === null ? undefined : (JSON.parse(text) as T)
}

/** `undefined` deletes it. */
export function writeDraft(key: string | null, value: unknown): void {
  if (key === null) return
  sessionStorage.removeItem(PREFIX + key)
  const text = JSON.stringify(value)
  if (text === undefined || text.length > MAX_LENGTH) return
  try {
    sessionStorage.setItem(PREFIX + key, text)
  } catch {
    // The browser has no room left for this tab.
  }
}

export type Draft<T> = {
  /** Of this draft; fields with a draft of their own put their name behind it. Null if nothing may be kept. */
  key: string | null
  value: T
  set: (value: T) => void
  /** The form opened with what was typed before. */
  isRestored: boolean
  /** Back to the empty form. */
  discard: () => void
  /** Call it when the value was sent. */
  forget: () => void
  /** Changes when the form is discarded: the key of the form's fields. */
  round: number
}

/** The state of a form, like `useState`, which is kept for this tab until it is sent or discarded. */
export function useDraft<T>(key: string | null, initial: () => T): Draft<T> {
  const [value, setValue] = useState<T>(() => readDraft<T>(key) ?? initial())
  const [isRestored, setRestored] = useState(() => key !== null && hasDraft(key))
  const [round, setRound] = useState(0)
  const forget = () => {
    if (key !== null) deleteDraft(key)
    setRestored(false)
  }
  return {
    key,
    value,
    set: (next) => {
      setValue(next)
      const isUnchanged = JSON.stringify(next) === JSON.stringify(initial())
      writeDraft(key, isUnchanged ? undefined : next)
    },
    isRestored,
    discard: () => {
      forget()
      setValue(initial())
      setRound(round + 1)
    },
    forget,
    round,
  }
}
