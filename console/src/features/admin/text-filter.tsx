import sheet from '../../ui/kit/sheet.module.css'

type Props = { label: string; value: string; onChange: (value: string) => void }

/** A filter that is typed. It applies when it is left, or with Enter. */
export const TextFilter = ({ label, value, onChange }: Props) => (
  <input
    // Another value from outside, such as from a link, starts the field again.
    key={value}
    className={sheet.label}
    style={{ width: 150 }}
    aria-label={label}
    placeholder={label}
    maxLength={200}
    defaultValue={value}
    onBlur={({ target }) => target.value.trim() !== value && onChange(target.value.trim())}
    onKeyDown={(event) => event.key === 'Enter' && event.currentTarget.blur()}
  />
)
