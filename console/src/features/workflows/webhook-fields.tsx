import { CheckField, SelectField, TextField } from '../../ui/kit/field.tsx'
import { SecretField } from '../../ui/kit/secret-field.tsx'
import { AUTH, METHODS } from './model/trigger-form.ts'
import { type FieldsProps, FilterField } from './trigger-fields.tsx'
import styles from './triggers.module.css'

const AUTH_NAMES: Record<string, string> = {
  none: 'Nobody: the URL is the secret',
  header: 'A secret in a header',
  hmac: 'A signature (HMAC, Standard Webhooks)',
  github: 'GitHub',
  gitlab: 'GitLab',
  stripe: 'Stripe',
  slack: 'Slack',
  shopify: 'Shopify',
}

export function WebhookFields({ hasSecret, ...props }: FieldsProps & { hasSecret: boolean }) {
  const { draft, texts, onText, onChange, errorOf } = props
  return (
    <>
      <fieldset className={styles.methods}>
        <legend>Methods</legend>
        {METHODS.map((method) => (
          <CheckField
            key={method}
            label={method}
            checked={draft.methods.includes(method)}
            onChange={({ target }) =>
              onChange({
                methods: METHODS.filter((one) =>
                  one === method ? target.checked : draft.methods.includes(one),
                ),
              })
            }
          />
        ))}
        {errorOf('methods') && <p role="alert">{errorOf('methods')}</p>}
      </fieldset>
      <SelectField
        label="Response"
        value={texts.respond}
        onChange={(event) => onText('respond', event.target.value)}
      >
        <option value="immediately">A receipt, immediately</option>
        <option value="on-respond">What the step flow.respond says</option>
        <option value="on-finish">The output of the run</option>
      </SelectField>
      <SelectField
        label="Who may call it"
        value={texts.auth}
        onChange={(event) => onText('auth', event.target.value)}
      >
        {Object.entries(AUTH_NAMES).map(([type, name]) => (
          <option key={type} value={type}>
            {name}
          </option>
        ))}
      </SelectField>
      {texts.auth !== 'none' && <AuthFields {...props} hasSecret={hasSecret} />}
      <FilterField
        help="Only deliveries for which it is true start a run: {{ item.total > 0 }}. item is the body."
        value={texts.filter ?? ''}
        error={errorOf('filter')}
        onChange={(value) => onText('filter', value)}
      />
      <details className={styles.more}>
        <summary>More</summary>
        <TextField
          label="Path after the URL"
          help="Such as orders/:id. A part with a colon is a parameter: input.params.id."
          className="mono"
          maxLength={500}
          value={texts.path}
          error={errorOf('path')}
          onChange={(event) => onText('path', event.target.value)}
        />
        <TextField
          label="Header with the id of a delivery"
          help="A second delivery with the same value starts no run, and one without the header is refused."
          className="mono"
          value={texts.idHeader}
          error={errorOf('idHeader')}
          onChange={(event) => onText('idHeader', event.target.value)}
        />
      </details>
    </>
  )
}

const LABELS: Record<string, string> = {
  header: 'Header',
  algorithm: 'Algorithm',
  encoding: 'Encoding',
  prefix: 'Text before the signature',
  timestampHeader: 'Header with the time',
  signedIdHeader: 'Header with the signed id',
  separator: 'Text between id, time and body',
  tolerance: 'Largest difference of the signed time, in seconds',
}
const CHOICES: Record<string, readonly string[]> = {
  algorithm: ['sha256', 'sha512'],
  encoding: ['hex', 'base64'],
}

function AuthFields({ texts, onText, errorOf, hasSecret }: FieldsProps & { hasSecret: boolean }) {
  const type = texts.auth ?? 'none'
  const isOwn = (texts.credential ?? '').trim() === ''
  const fields = (AUTH[type] ?? []).filter((name) => name in LABELS)
  const usual = fields.filter((name) => name === 'header' && type === 'header')
  const rare = fields.filter((name) => !usual.includes(name))
  const show = (name: string) => {
    const props = {
      label: LABELS[name] ?? name,
      value: texts[name] ?? '',
      error: errorOf(`auth/${name === 'tolerance' ? 'toleranceMs' : name}`),
      onChange: ({ target }: { target: { value: string } }) => onText(name, target.value),
    }
    const choices = CHOICES[name]
    if (choices === undefined)
      return (
        <TextField
          key={name}
          {...props}
          className="mono"
          type={name === 'tolerance' ? 'number' : 'text'}
          required={usual.includes(name)}
        />
      )
    return (
      <SelectField key={name} {...props}>
        <option value="">The usual one ({choices[0]})</option>
        {choices.map((one) => (
          <option key={one}>{one}</option>
        ))}
      </SelectField>
    )
  }
  return (
    <>
      {usual.map(show)}
      {isOwn && (
        <SecretField
          label={hasSecret ? 'New secret (optional)' : 'Secret'}
          help={
            hasSecret
              ? 'It has a secret, which is not shown. A new one takes its place.'
              : 'The sender uses the same. It is stored encrypted and not shown again.'
          }
          required={!hasSecret}
          minLength={8}
          maxLength={1000}
          value={texts.secret ?? ''}
          error={errorOf('auth/secret')}
          onChange={(value) => onText('secret', value)}
        />
      )}
      <TextField
        label="Integration with the secret (optional)"
        help="The name or id of an integration of the team, instead of a secret of its own."
        maxLength={200}
        value={texts.credential}
        error={errorOf('auth/credential')}
        onChange={(event) => onText('credential', event.target.value)}
      />
      {rare.length > 0 && (
        <details className={styles.more}>
          <summary>Signature</summary>
          {rare.map(show)}
        </details>
      )}
    </>
  )
}
