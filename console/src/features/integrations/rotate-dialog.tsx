import { useState } from 'react'
import { newIdempotencyKey } from '../../api/client.ts'
import { asProblem } from '../../api/problem.ts'
import { SettingsForm } from '../../ui/form/settings-form.tsx'
import { Button } from '../../ui/kit/button.tsx'
import { Dialog } from '../../ui/kit/dialog.tsx'
import { SelectField } from '../../ui/kit/field.tsx'
import { ProblemNote } from '../../ui/kit/page.tsx'
import { showToast } from '../../ui/kit/toast.tsx'
import { areAllAt, bodyOf, errorAt, settingsOf, type Values } from './model/form.ts'
import type { TypeDescription } from './model/types.ts'
import { type Integration, useRotate } from './queries.ts'

type Props = { integration: Integration; type: TypeDescription; onClose: () => void }

const OVERLAPS: [seconds: number, name: string][] = [
  [3_600, 'an hour'],
  [600, 'ten minutes'],
  [60, 'a minute'],
  [0, 'not at all: the old ones have leaked'],
]

export function RotateDialog({ integration: one, type, onClose }: Props) {
  const rotate = useRotate(one.id)
  const [key, setKey] = useState(newIdempotencyKey)
  const [values, setValues] = useState<Values>({})
  const [overlapS, setOverlapS] = useState(3_600)
  const problem = rotate.isError ? asProblem(rotate.error) : null
  const errors = problem?.errors ?? []
  const { secrets } = bodyOf(values)
  const names = Object.keys(secrets)
  const settings = settingsOf(type)
    .filter(({ isSecret }) => isSecret)
    .map((setting) => ({ ...setting, description: noteOf(setting.description, one, setting.name) }))

  function send() {
    rotate.mutate(
      { body: { secrets, overlapS }, key },
      {
        onSuccess: () => {
          showToast(
            overlapS === 0 ? 'The new secrets count. The old ones are deleted.' : 'The new secrets count.',
          )
          onClose()
        },
        onError: () => setKey(newIdempotencyKey()),
      },
    )
  }
  return (
    <Dialog
      title={`Rotate the secrets of "${one.name}"`}
      about="The new values count immediately. Fields that stay empty keep their value."
      onClose={onClose}
      onSubmit={send}
      actions={
        <>
          <Button onClick={onClose}>Leave it</Button>
          <Button type="submit" look="primary" busy={rotate.isPending} disabled={names.length === 0}>
            Rotate
          </Button>
        </>
      }
    >
      <SettingsForm
        settings={settings.map((setting) => ({ ...setting, isRequired: settings.length === 1 }))}
        isUnfolded
        values={values}
        errorOf={(path) => errorAt(errors, path)}
        onChange={setValues}
      />
      <SelectField
        label="The old ones still count for"
        help="Meanwhile, webhooks signed with them are accepted, and a refused request is repeated once with them."
        value={overlapS}
        onChange={(event) => setOverlapS(Number(event.target.value))}
      >
        {OVERLAPS.map(([seconds, name]) => (
          <option key={seconds} value={seconds}>
            {name}
          </option>
        ))}
      </SelectField>
      {problem &&
        !areAllAt(
          errors,
          settings.map(({ path }) => path),
        ) && <ProblemNote problem={problem} />}
    </Dialog>
  )
}

function noteOf(description: string, one: Integration, name: string): string {
  const set = one.secretsSet[name]
  if (set === undefined) return `${description} Not set.`
  return set.lastFour === null ? description : `${description} The one now ends in ${set.lastFour}.`
}
