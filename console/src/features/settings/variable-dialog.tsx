import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { call, type Schemas } from '../../api/client.ts'
import { asProblem, Problem } from '../../api/problem.ts'
import { Button } from '../../ui/kit/button.tsx'
import { Dialog } from '../../ui/kit/dialog.tsx'
import { TextAreaField, TextField } from '../../ui/kit/field.tsx'
import { ProblemNote } from '../../ui/kit/page.tsx'
import { Tabs } from '../../ui/kit/tabs.tsx'
import { isSecretName, readValue, readValues, typedOf, type Way, wayOf } from './model/variables.ts'

type Variable = Schemas['Variable']

const exists = (name: string): Promise<boolean> =>
  call('GET /workflows/variables/{name}', { params: { name } }).then(
    () => true,
    (error: unknown) => {
      if (asProblem(error).status === 404) return false
      throw error
    },
  )

type Props = {
  variable: Variable | null
  /** Those of the list, and whether these are all. */
  known: { names: readonly string[]; isAll: boolean }
  onClose: () => void
}

/** A new variable, or another value of one. */
export function VariableDialog({ variable, known, onClose }: Props) {
  const [name, setName] = useState(variable?.name ?? '')
  const [way, setWay] = useState<Way>(variable === null ? 'text' : wayOf(variable.value))
  const [typed, setTyped] = useState(variable === null ? '' : typedOf(variable.value))
  const read = readValue(typed, way)
  const save = useMutation({
    meta: { quiet: true },
    mutationFn: async () => {
      // Setting it would silently replace the other one.
      const isTaken =
        variable === null && (known.names.includes(name) || (!known.isAll && (await exists(name))))
      if (isTaken)
        throw new Problem(409, {
          code: 'variable.exists',
          errors: [{ path: '/name', message: 'The team has a variable with this name. Change that one.' }],
        })
      return call('PUT /workflows/variables/{name}', {
        params: { name },
        body: { value: read.value as Variable['value'] },
      })
    },
    onSuccess: onClose,
  })
  const problem = save.isError ? asProblem(save.error) : null
  const errors = { name: problem?.of('name'), value: problem?.of('value') }
  return (
    <Dialog
      size="large"
      title={variable === null ? 'Add a variable' : `Change ${variable.name}`}
      about="Runs that start from now on read the new value."
      onClose={onClose}
      onSubmit={() => read.error === null && save.mutate()}
      actions={
        <>
          <Button onClick={onClose}>Leave it</Button>
          <Button type="submit" look="primary" busy={save.isPending} disabled={read.error !== null}>
            Save
          </Button>
        </>
      }
    >
      {variable === null && (
        <TextField
          label="Name"
          required
          maxLength={64}
          pattern="[A-Za-z_][A-Za-z0-9_]*"
          title="Letters, digits and _; no digit first"
          className="mono"
          spellCheck={false}
          autoComplete="off"
          value={name}
          error={errors.name}
          help={
            isSecretName(name)
              ? 'This looks like a secret. Variables are not: store keys in an integration.'
              : 'Letters, digits and _; no digit first.'
          }
          onChange={(event) => setName(event.target.value)}
        />
      )}
      <Tabs
        look="box"
        label="Value"
        tabs={[
          { id: 'text', name: 'Text' },
          { id: 'json', name: 'JSON' },
        ]}
        value={way}
        onChange={(next) => setWay(next as Way)}
      />
      <TextAreaField
        label={way === 'text' ? 'Value as text' : 'Value as JSON: a number, true, null, a list, an object'}
        className="mono"
        rows={6}
        spellCheck={false}
        value={typed}
        error={errors.value ?? (typed === '' ? undefined : (read.error ?? undefined))}
        onChange={(event) => setTyped(event.target.value)}
      />
      {problem && errors.name === undefined && errors.value === undefined && (
        <ProblemNote problem={problem} />
      )}
    </Dialog>
  )
}

/** Sets all variables of a JSON object; others stay as they are. */
export function SeveralVariables({ onClose }: { onClose: () => void }) {
  const [typed, setTyped] = useState('')
  const { values, error } = readValues(typed)
  const save = useMutation({
    meta: { quiet: true },
    mutationFn: () =>
      call('PUT /workflows/variables', {
        body: { values: (values ?? {}) as Schemas['SetVariables']['values'] },
      }),
    onSuccess: onClose,
  })
  const problem = save.isError ? asProblem(save.error) : null
  return (
    <Dialog
      size="large"
      title="Set several variables"
      about="Names and values in one JSON object. Variables with these names get the new values, and others stay as they are."
      onClose={onClose}
      onSubmit={() => values !== null && save.mutate()}
      actions={
        <>
          <Button onClick={onClose}>Leave it</Button>
          <Button type="submit" look="primary" busy={save.isPending} disabled={values === null}>
            {values === null ? 'Set' : `Set ${Object.keys(values).length}`}
          </Button>
        </>
      }
    >
      <TextAreaField
        label="Names and values"
        className="mono"
        rows={12}
        spellCheck={false}
        placeholder={'{ "region": "eu", "limit": 20 }'}
        value={typed}
        error={typed === '' ? undefined : (error ?? undefined)}
        onChange={(event) => setTyped(event.target.value)}
      />
      {problem && <ProblemNote problem={problem} />}
    </Dialog>
  )
}
