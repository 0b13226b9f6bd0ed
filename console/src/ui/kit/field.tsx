import { type ComponentProps, type ReactNode, useId } from 'react'
import styles from './field.module.css'

type FieldProps = {
  label: string
  help?: ReactNode
  error?: string | undefined
  children: (id: string, describedBy: string | undefined) => ReactNode
}

/** A label, help and error text, each linked to the input. */
export function Field({ label, help, error, children }: FieldProps) {
  const id = useId()
  const note = error ?? help
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{label}</label>
      {children(id, note === undefined ? undefined : `${id}-note`)}
      {note !== undefined && (
        <p id={`${id}-note`} className={error === undefined ? styles.help : styles.error}>
          {note}
        </p>
      )}
    </div>
  )
}

type TextFieldProps = ComponentProps<'input'> & {
  label: string
  help?: ReactNode
  error?: string | undefined
}

export function TextField({ label, help, error, ...props }: TextFieldProps) {
  return (
    <Field label={label} help={help} error={error}>
      {(id, describedBy) => (
        <input
          {...props}
          id={id}
          className={styles.input}
          aria-describedby={describedBy}
          aria-invalid={error !== undefined || undefined}
        />
      )}
    </Field>
  )
}

/** The password that the user has now. */
export const CurrentPasswordField = ({ label = 'Password', name }: { label?: string; name: string }) => (
  <TextField label={label} name={name} type="password" autoComplete="current-password" required />
)

type SelectFieldProps = ComponentProps<'select'> & {
  label: string
  help?: ReactNode
  error?: string | undefined
}

export function SelectField({ label, help, error, children, ...props }: SelectFieldProps) {
  return (
    <Field label={label} help={help} error={error}>
      {(id, describedBy) => (
        <select {...props} id={id} className={styles.input} aria-describedby={describedBy}>
          {children}
        </select>
      )}
    </Field>
  )
}

type TextAreaFieldProps = ComponentProps<'textarea'> & {
  label: string
  help?: ReactNode
  error?: string | undefined
}

export function TextAreaField({ label, help, error, className, ...props }: TextAreaFieldProps) {
  return (
    <Field label={label} help={help} error={error}>
      {(id, describedBy) => (
        <textarea
          {...props}
          id={id}
          className={[styles.input, styles.area, className].filter(Boolean).join(' ')}
          aria-describedby={describedBy}
          aria-invalid={error !== undefined || undefined}
        />
      )}
    </Field>
  )
}

type CheckFieldProps = Omit<ComponentProps<'input'>, 'type'> & { label: ReactNode; help?: ReactNode }

export function CheckField({ label, help, ...props }: CheckFieldProps) {
  return (
    <label className={styles.check}>
      <input type="checkbox" {...props} />
      <span>
        {label}
        {help !== undefined && <span className={styles.help}>{help}</span>}
      </span>
    </label>
  )
}
