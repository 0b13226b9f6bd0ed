import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { asProblem } from '../../api/problem.ts'
import { SettingsForm } from '../../ui/form/settings-form.tsx'
import { TextListField } from '../../ui/form/text-list-field.tsx'
import { Button } from '../../ui/kit/button.tsx'
import { Dialog } from '../../ui/kit/dialog.tsx'
import { TextField } from '../../ui/kit/field.tsx'
import { ProblemNote } from '../../ui/kit/page.tsx'
import { showToast } from '../../ui/kit/toast.tsx'
import styles from './integration.module.css'
import {
  areAllAt,
  changesOf,
  errorAt,
  secretsAskedAgain,
  settingsOf,
  shownOf,
  type Values,
  valuesOfConfig,
} from './model/form.ts'
import type { TypeDescription } from './model/types.ts'
import { type Integration, useUpdate } from './queries.ts'

type Props = { integration: Integration; etag: string; type: TypeDescription; onClose: () => void }

/** Secrets are only asked for if they would go to another host, or if they were never set. Others are rotated. */
export function EditDialog({ integration: one, etag, type, onClose }: Props) {
  const cache = useQueryClient()
  const update = useUpdate(one.id)
  const [name, setName] = useState(one.name)
  const [description, setDescription] = useState(one.description)
  const [values, setValues] = useState<Values>(() => valuesOfConfig(one.config))
  const [hosts, setHosts] = useState<string[]>(one.allowedHosts)
  const [asked, setAsked] = useState<readonly string[]>([])
  const problem = update.isError ? asProblem(update.error) : null
  const errors = problem?.errors ?? []
  const settings = settingsOf(type, values).flatMap((setting) => {
    if (!setting.isSecret) return [setting]
    if (asked.includes(setting.name)) return [{ ...setting, isRequired: true }]
    return one.secretsSet[setting.name] === undefined ? [setting] : []
  })
  const places = [...settings.map(({ path }) => path), 'name', 'description', 'allowedHosts']

  function send() {
    const body = {
      ...(name.trim() !== one.name && { name: name.trim() }),
      ...(description !== one.description && { description }),
      ...(hosts.join('\n') !== one.allowedHosts.join('\n') && { allowedHosts: hosts }),
      ...changesOf(one.config, shownOf(type, values)),
    }
    if (Object.keys(body).length === 0) return onClose()
    update.mutate(
      { body, etag },
      {
        onSuccess: () => {
          showToast(`"${name.trim()}" was changed.`)
          onClose()
        },
        onError: (error) => {
          const again = secretsAskedAgain(asProblem(error).errors)
          if (again.length > 0) setAsked(again)
        },
      },
    )
  }
  return (
    <Dialog
      title={`Change "${one.name}"`}
      onClose={onClose}
      onSubmit={send}
      actions={
        <>
          <Button onClick={onClose}>Leave it</Button>
          <Button type="submit" look="primary" busy={update.isPending}>
            Save
          </Button>
        </>
      }
    >
      <TextField
        label="Name"
        required
        maxLength={100}
        value={name}
        error={errorAt(errors, 'name')}
        onChange={(event) => setName(event.target.value)}
      />
      <TextField
        label="Description (optional)"
        maxLength={500}
        value={description}
        error={errorAt(errors, 'description')}
        onChange={(event) => setDescription(event.target.value)}
      />
      <SettingsForm
        settings={settings}
        values={values}
        errorOf={(path) => errorAt(errors, path)}
        onChange={setValues}
      />
      {type.usableFor.includes('requests') && (
        <TextListField
          label="Allowed hosts"
          help="The only hosts that its secrets are sent to."
          value={hosts}
          error={errorAt(errors, 'allowedHosts')}
          onChange={setHosts}
        />
      )}
      {problem?.status === 412 ? (
        <ProblemNote
          problem={problem}
          retry="Load it"
          onRetry={() => {
            void cache.invalidateQueries({ queryKey: ['integrations', 'one', one.id] })
            onClose()
          }}
        />
      ) : problem && areAllAt(errors, places) ? (
        <p role="alert" className={styles.fault}>
          {asked.length > 0
            ? 'This change lets its secrets go to another place. Type them again to prove that you know them.'
            : 'Nothing was changed: look at the marked fields.'}
        </p>
      ) : (
        problem && <ProblemNote problem={problem} />
      )}
    </Dialog>
  )
}
