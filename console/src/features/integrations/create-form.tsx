import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { newIdempotencyKey } from '../../api/client.ts'
import { asProblem } from '../../api/problem.ts'
import { SettingsForm } from '../../ui/form/settings-form.tsx'
import { TextListField } from '../../ui/form/text-list-field.tsx'
import { Button, buttonClass } from '../../ui/kit/button.tsx'
import { CopyButton } from '../../ui/kit/copy.tsx'
import { TextField } from '../../ui/kit/field.tsx'
import { ProblemNote } from '../../ui/kit/page.tsx'
import { showToast } from '../../ui/kit/toast.tsx'
import { toIntegration, toNewIntegration } from '../shell/index.ts'
import styles from './catalogue.module.css'
import { Help } from './help.tsx'
import { areAllAt, bodyOf, errorAt, initialValues, settingsOf, shownOf, type Values } from './model/form.ts'
import { needsHosts, type TypeDescription } from './model/types.ts'
import { useCreate } from './queries.ts'

const CALLBACK = '/api/v1/users/integrations/callback'

/** Nothing of it is kept in the browser, because it has secrets. */
export function CreateForm({ type }: { type: TypeDescription }) {
  const go = useNavigate()
  const create = useCreate()
  const [key, setKey] = useState(newIdempotencyKey)
  const [name, setName] = useState(type.name)
  const [description, setDescription] = useState('')
  const [values, setValues] = useState<Values>(() => initialValues(type))
  const [hosts, setHosts] = useState<string[]>([])
  const settings = settingsOf(type, values)
  const problem = create.isError ? asProblem(create.error) : null
  const errors = problem?.errors ?? []
  const places = [...settings.map(({ path }) => path), 'name', 'description', 'allowedHosts']
  const isAtFields = areAllAt(errors, places)

  const change = (act: () => void) => {
    act()
    // The next attempt is another one.
    if (create.isError) setKey(newIdempotencyKey())
  }
  async function send() {
    const body = {
      type: type.type as never,
      name: name.trim(),
      description: description.trim(),
      ...bodyOf(shownOf(type, values)),
      ...(hosts.length > 0 && { allowedHosts: hosts }),
    }
    const made = await create.mutateAsync({ body, key }).catch(() => null)
    if (made === null) return
    showToast(`"${made.name}" was added.`)
    await go(toIntegration(made.id))
  }
  const hostsField = (
    <TextListField
      label={`Allowed hosts${needsHosts(type) ? '' : ' (optional)'}`}
      help={
        type.defaultHosts.length > 0
          ? `The only hosts that its secrets are sent to. Default: ${type.defaultHosts.join(', ')}.`
          : 'The only hosts that its secrets are sent to: api.example.com, or *.example.com with all below it. By default, those of the URLs above.'
      }
      value={hosts}
      error={errorAt(errors, 'allowedHosts')}
      onChange={(next) => change(() => setHosts(next))}
    />
  )
  return (
    <form
      className={styles.form}
      aria-label={type.name}
      autoComplete="off"
      onSubmit={(event) => {
        event.preventDefault()
        void send()
      }}
    >
      <header>
        <p>
          <Help text={type.help} />{' '}
          {type.helpUrl && (
            <a className="link" href={type.helpUrl} target="_blank" rel="noreferrer">
              Open {new URL(type.helpUrl).host}
            </a>
          )}
        </p>
        {type.needsConsent && (
          <p className={styles.uri}>
            <span>Redirect URI</span> <span className="mono">{`${location.origin}${CALLBACK}`}</span>
            <CopyButton label="Copy the redirect URI" text={`${location.origin}${CALLBACK}`} />
          </p>
        )}
      </header>
      <TextField
        label="Name"
        help="Workflows use it by this name."
        required
        maxLength={100}
        value={name}
        error={errorAt(errors, 'name')}
        onChange={(event) => change(() => setName(event.target.value))}
      />
      <SettingsForm
        settings={settings}
        values={values}
        errorOf={(path) => errorAt(errors, path)}
        onChange={(next) => change(() => setValues(next))}
      />
      {type.usableFor.includes('requests') && hostsField}
      <TextField
        label="Description (optional)"
        maxLength={500}
        value={description}
        error={errorAt(errors, 'description')}
        onChange={(event) => change(() => setDescription(event.target.value))}
      />
      {problem &&
        (isAtFields ? (
          <p role="alert" className={styles.fault}>
            Nothing was added: look at the marked fields.
          </p>
        ) : (
          <ProblemNote problem={problem} />
        ))}
      <p className="faint">
        Secrets are stored encrypted, are never shown again, and are only sent to the allowed hosts.
      </p>
      <div className={styles.buttons}>
        <Button type="submit" look="primary" busy={create.isPending}>
          Add
        </Button>
        <Link {...toNewIntegration()} className={buttonClass()}>
          Another type
        </Link>
      </div>
    </form>
  )
}
