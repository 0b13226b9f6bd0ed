import { useQuery } from '@tanstack/react-query'
import { useId, useState } from 'react'
import { call } from '../../api/client.ts'
import { serverNow } from '../../api/clock.ts'
import { Button } from '../../ui/kit/button.tsx'
import { Dialog } from '../../ui/kit/dialog.tsx'
import { SelectField, TextField } from '../../ui/kit/field.tsx'
import {
  type CostFilter,
  FIELD_LABELS,
  FIELDS,
  type Field,
  GROUPS,
  isGroup,
  queryOf,
} from './model/filter.ts'
import { useNames } from './use-names.ts'

type Props = { filter: CostFilter; onClose: () => void; onAdd: (field: Field, value: string) => void }

const SUGGESTED = 50

/** One more condition, with what the shown days have. */
export function FilterDialog({ filter, onClose, onAdd }: Props) {
  const [field, setField] = useState<Field>(
    GROUPS.find((name) => filter[name] === undefined) ?? ('provider' as Field),
  )
  const [value, setValue] = useState('')
  const list = useId()
  const found = useQuery({
    queryKey: ['costs', 'values', filter, field],
    enabled: isGroup(field),
    queryFn: () =>
      call('GET /costs/summary', {
        query: { ...queryOf(filter, serverNow()), groupBy: field, limit: SUGGESTED },
      }),
  })
  const values = (found.data?.groups ?? []).flatMap((one) => one.keys[field] ?? [])
  const nameOf = useNames(field, values)
  return (
    <Dialog
      title="Add a filter"
      onClose={onClose}
      onSubmit={() => onAdd(field, value.trim())}
      actions={
        <>
          <Button onClick={onClose}>Leave it</Button>
          <Button type="submit" look="primary" disabled={value.trim() === ''}>
            Add the filter
          </Button>
        </>
      }
    >
      <SelectField
        label="Of"
        value={field}
        onChange={({ target }) => {
          setField(target.value as Field)
          setValue('')
        }}
      >
        {FIELDS.map((name) => (
          <option key={name} value={name}>
            {FIELD_LABELS[name]}
          </option>
        ))}
      </SelectField>
      <TextField
        label="Value"
        help={
          field === 'label' ? '`key` or `key=value`' : 'The whole value. Suggestions are of the shown days.'
        }
        list={list}
        autoComplete="off"
        maxLength={1_000}
        required
        value={value}
        onChange={({ target }) => setValue(target.value)}
      />
      <datalist id={list}>
        {values.map((one) => (
          <option key={one} value={one}>
            {nameOf(one)}
          </option>
        ))}
      </datalist>
    </Dialog>
  )
}
