import { useState } from 'react'
import { TextAreaField } from '../kit/field.tsx'

type TextListFieldProps = {
  label: string
  help?: string | undefined
  error?: string | undefined
  required?: boolean
  value: readonly string[]
  onChange: (value: string[]) => void
}

/** A list of texts, one per line. Empty lines do not count. */
export function TextListField({ value, help = '', onChange, ...props }: TextListFieldProps) {
  const [text, setText] = useState(() => value.join('\n'))
  return (
    <TextAreaField
      {...props}
      help={`${help} One per line.`.trim()}
      className="mono"
      rows={Math.min(10, Math.max(3, text.split('\n').length))}
      spellCheck={false}
      value={text}
      onChange={({ target }) => {
        setText(target.value)
        onChange(
          target.value
            .split('\n')
            .map((line) => line.trim())
            .filter((line) => line !== ''),
        )
      }}
    />
  )
}
