import { SelectField, TextField } from '../../ui/kit/field.tsx'
import sheet from '../../ui/kit/sheet.module.css'
import type { ImportOptions } from './import-queries.ts'

type Props = {
  options: ImportOptions
  onChange: (options: ImportOptions) => void
  /** Of the mapping that will be saved; null without one. */
  name: string | null
  onName: (name: string) => void
}

export function ImportOptionsFields({ options, onChange, name, onName }: Props) {
  const set = (field: keyof ImportOptions, value: string) => {
    const { [field]: _, ...others } = options
    onChange((value === '' ? others : { ...others, [field]: value }) as ImportOptions)
  }
  return (
    <div className={sheet.fields}>
      <SelectField
        label="Rows with an error"
        value={options.onError}
        onChange={({ target }) => set('onError', target.value)}
      >
        <option value="skip">Leave them out</option>
        <option value="stop">End at the first one</option>
      </SelectField>
      <SelectField
        label="Separator"
        value={options.separator ?? ''}
        onChange={({ target }) => set('separator', target.value)}
      >
        <option value="">From the header</option>
        <option value=",">Comma</option>
        <option value=";">Semicolon</option>
        <option value={'\t'}>Tab</option>
        <option value="|">Bar</option>
      </SelectField>
      <SelectField
        label="Decimal mark"
        value={options.decimal ?? ''}
        onChange={({ target }) => set('decimal', target.value)}
      >
        <option value="">Comma with semicolons, else a point</option>
        <option value=".">Point</option>
        <option value=",">Comma</option>
      </SelectField>
      <SelectField
        label="Text"
        value={options.encoding ?? ''}
        onChange={({ target }) => set('encoding', target.value)}
      >
        <option value="">Detected</option>
        <option value="utf-8">UTF-8</option>
        <option value="latin1">Latin-1</option>
      </SelectField>
      {name !== null && (
        <TextField
          label="Save the mapping as"
          help="The next file of this kind can use it. A mapping with this name is replaced."
          pattern="[A-Za-z0-9_.\-]{1,64}"
          maxLength={64}
          value={name}
          onChange={({ target }) => onName(target.value)}
        />
      )}
    </div>
  )
}
