import { useEffect, useRef, useState } from 'react'
import { TextAreaField } from '../kit/field.tsx'
import { readDraft, writeDraft } from './draft.ts'

type JsonFieldProps = {
  label: string
  help?: string | undefined
  error?: string | undefined
  value: unknown
  onChange: (value: unknown) => void
  draft?: string | null
}

/** Text that cannot be parsed yet, and the value that the field had then. If that has changed since, the text is old. */
type Unfinished = { text: string; value: string | undefined }

/** Keeps the typed text, and only passes on values that can be parsed. */
export function JsonField({ label, help, error, value, onChange, draft = null }: JsonFieldProps) {
  const [text, setText] = useState(() => {
    const kept = readDraft<Unfinished>(draft)
    if (kept !== undefined && kept.value === JSON.stringify(value)) return kept.text
    return value === undefined ? '' : JSON.stringify(value, null, 2)
  })
  const fault = faultOf(text)
  // A form with this field cannot be sent: the typed text would be left out of it.
  const area = useRef<HTMLTextAreaElement>(null)
  useEffect(() => area.current?.setCustomValidity(fault ?? ''), [fault])
  return (
    <TextAreaField
      ref={area}
      label={label}
      help={help ?? 'JSON'}
      error={error ?? fault ?? undefined}
      className="mono"
      rows={Math.min(16, Math.max(3, text.split('\n').length))}
      spellCheck={false}
      value={text}
      onChange={({ target }) => {
        setText(target.value)
        const isFinished = faultOf(target.value) === null
        writeDraft(draft, isFinished ? undefined : { text: target.value, value: JSON.stringify(value) })
        if (isFinished) onChange(target.value.trim() === '' ? undefined : JSON.parse(target.value))
      }}
    />
  )
}

function faultOf(text: string): string | null {
  if (text.trim() === '') return null
  try {
    JSON.parse(text)
    return null
  } catch (error) {
    return `This is not valid JSON: ${(error as Error).message}`
  }
}
