import { SelectField, TextAreaField, TextField } from '../../ui/kit/field.tsx'
import sheet from '../../ui/kit/sheet.module.css'
import { type CostForm, USD } from './model/cost-form.ts'

type Amounts = Pick<CostForm, 'currency' | 'cost' | 'effective' | 'list' | 'labels'>

type Props = {
  form: Amounts
  onChange: (change: Partial<Amounts>) => void
  errorOf: (field: keyof CostForm) => string | undefined
}

/** Those that people have bills in. The field also takes any other. */
const CURRENCIES = ['USD', 'EUR', 'GBP', 'CHF', 'JPY', 'CAD', 'AUD', 'SEK', 'NOK', 'DKK', 'PLN', 'INR', 'CNY']

/** The amounts and labels, which can be corrected later. */
export function AmountFields({ form, onChange, errorOf }: Props) {
  const known = CURRENCIES.includes(form.currency) ? CURRENCIES : [form.currency, ...CURRENCIES]
  const amount = { type: 'number', inputMode: 'decimal', step: 'any', autoComplete: 'off' } as const
  return (
    <>
      <div className={sheet.pair}>
        <TextField
          {...amount}
          label="Amount"
          help="A credit is negative."
          required
          error={errorOf('cost')}
          value={form.cost}
          onChange={({ target }) => onChange({ cost: target.value })}
        />
        <SelectField
          label="Currency"
          error={errorOf('currency')}
          help={form.currency === USD ? undefined : 'Converted to dollars with the rate of the day.'}
          value={form.currency}
          onChange={({ target }) => onChange({ currency: target.value })}
        >
          {known.map((code) => (
            <option key={code}>{code}</option>
          ))}
        </SelectField>
      </div>
      <div className={sheet.pair}>
        <TextField
          {...amount}
          label="After discounts (optional)"
          help="If it differs from the amount"
          error={errorOf('effective')}
          value={form.effective}
          onChange={({ target }) => onChange({ effective: target.value })}
        />
        <TextField
          {...amount}
          label="At list prices (optional)"
          help="If it differs from the amount"
          error={errorOf('list')}
          value={form.list}
          onChange={({ target }) => onChange({ list: target.value })}
        />
      </div>
      <TextAreaField
        label="Labels (optional)"
        help="One in each line, such as project=search"
        error={errorOf('labels')}
        rows={3}
        spellCheck={false}
        value={form.labels}
        onChange={({ target }) => onChange({ labels: target.value })}
      />
    </>
  )
}
