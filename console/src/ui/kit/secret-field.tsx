import { type ComponentProps, type ReactNode, useState } from 'react'
import { IconButton } from './button.tsx'
import fieldStyles from './field.module.css'
import { Field } from './field.tsx'
import styles from './secret-field.module.css'

type Props = Omit<ComponentProps<'input'>, 'type' | 'value' | 'onChange'> & {
  label: string
  help?: ReactNode
  error?: string | undefined
  value: string
  onChange: (value: string) => void
  /** For secrets with line breaks, such as private keys. */
  isLong?: boolean
}

/** Hides a secret while it is typed, unless the user wants to see it. Password managers do not fill it. */
export function SecretField({ label, help, error, value, onChange, isLong = false, ...props }: Props) {
  const [isShown, setShown] = useState(false)
  const { required, name, placeholder } = props
  return (
    <Field label={label} help={help} error={error}>
      {(id, describedBy) => (
        <div className={styles.secret} data-long={isLong}>
          {isLong ? (
            <textarea
              {...{ id, required, name, placeholder }}
              className={`${fieldStyles.input} ${fieldStyles.area} mono`}
              data-masked={!isShown}
              rows={4}
              spellCheck={false}
              autoComplete="off"
              aria-describedby={describedBy}
              aria-invalid={error !== undefined || undefined}
              value={value}
              onChange={(event) => onChange(event.target.value)}
            />
          ) : (
            <input
              {...props}
              id={id}
              className={fieldStyles.input}
              type={isShown ? 'text' : 'password'}
              // Browsers ignore `off` for passwords.
              autoComplete="new-password"
              data-1p-ignore=""
              data-lpignore="true"
              spellCheck={false}
              aria-describedby={describedBy}
              aria-invalid={error !== undefined || undefined}
              value={value}
              onChange={(event) => onChange(event.target.value)}
            />
          )}
          <IconButton
            size="small"
            icon={isShown ? 'eye-off' : 'eye'}
            label={isShown ? `Hide: ${label}` : `Show: ${label}`}
            aria-pressed={isShown}
            onClick={() => setShown(!isShown)}
          />
        </div>
      )}
    </Field>
  )
}
