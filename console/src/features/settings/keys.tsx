import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { call, newIdempotencyKey, type Schemas } from '../../api/client.ts'
import { serverNow } from '../../api/clock.ts'
import { asProblem } from '../../api/problem.ts'
import { Ago } from '../../ui/format/time-text.tsx'
import { Button } from '../../ui/kit/button.tsx'
import { ConfirmButton } from '../../ui/kit/confirm.tsx'
import { CheckField, SelectField, TextField } from '../../ui/kit/field.tsx'
import { ProblemNote } from '../../ui/kit/page.tsx'
import { ShownOnce } from '../../ui/kit/shown-once.tsx'
import { MoreButton, usePages } from './pages.tsx'
import { fieldsOf, Loaded, Section } from './section.tsx'
import styles from './settings.module.css'

type Scope = Schemas['CreateApiKey']['scopes'][number]
/** The scopes that most keys need. */
const SCOPES: [Scope, string][] = [
  ['workflows:read', 'See workflows'],
  ['workflows:write', 'Change workflows'],
  ['runs:read', 'See runs'],
  ['runs:write', 'Start and control runs'],
  ['approvals:write', 'Decide approvals'],
  ['files:read', 'See files'],
  ['files:write', 'Change files'],
]
/** All others can be set through the API. */
const MORE_SCOPES: [Scope, string][] = [
  ['tasks:read', 'See tasks'],
  ['tasks:write', 'Change tasks'],
  ['tasks:run', 'Start and do tasks'],
  ['agents:read', 'See agents'],
  ['agents:write', 'Change agents'],
  ['agents:run', 'Call agents'],
  ['integrations:use', 'Use integrations'],
  ['deployments:read', 'See deployments'],
  ['deployments:write', 'Publish sites'],
  ['costs:read', 'See costs'],
  ['costs:write', 'Enter and import costs'],
  ['webhooks:read', 'See webhooks'],
]
const LIVES: Record<string, number | null> = {
  '30 days': 30,
  '90 days': 90,
  'a year': 365,
  'until it is deleted': null,
}
const DAY_MS = 86_400_000

export function Keys() {
  const cache = useQueryClient()
  const [made, setMade] = useState<Schemas['NewApiKey'] | null>(null)
  const list = usePages(['keys'], (query) => call('GET /auth/api-keys', { query }))
  const refresh = () => void cache.invalidateQueries({ queryKey: ['keys'] })
  const remove = useMutation({
    mutationFn: (id: string) => call('DELETE /auth/api-keys/{id}', { params: { id } }),
    onSettled: refresh,
  })
  return (
    <>
      <Section
        title="API keys"
        about="For programs. A key belongs to this team and can only do what its scopes allow."
      >
        {made && (
          <ShownOnce
            about={`The key "${made.name}" is shown only once. Store it in a safe place.`}
            secret={made.key}
            label="Copy the key"
          />
        )}
        <Loaded query={list}>
          {(items) =>
            items.length === 0 ? (
              <p className="faint">No keys yet. With a key, a program can use the API.</p>
            ) : (
              <ul className={styles.list}>
                {items.map((one) => (
                  <li key={one.id}>
                    <div>
                      <b className="cut">{one.name}</b> <span className="mono faint">{one.masked}</span>
                      <small>
                        {one.scopes.join(', ')} ·{' '}
                        {one.lastUsedAt ? (
                          <>
                            used <Ago at={one.lastUsedAt} />
                          </>
                        ) : (
                          'never used'
                        )}
                        {one.expiresAt && (
                          <>
                            , ends <Ago at={one.expiresAt} />
                          </>
                        )}
                      </small>
                    </div>
                    <ConfirmButton
                      size="small"
                      question={`Delete the key "${one.name}"?`}
                      about="Programs that use it lose access immediately. This cannot be undone."
                      verb="Delete the key"
                      onConfirm={() => remove.mutateAsync(one.id)}
                    >
                      Delete
                    </ConfirmButton>
                  </li>
                ))}
              </ul>
            )
          }
        </Loaded>
        <MoreButton of={list} />
      </Section>
      <NewKey
        onMade={(key) => {
          setMade(key)
          refresh()
        }}
      />
    </>
  )
}

const toCheck = ([scope, label]: [Scope, string]) => (
  <CheckField key={scope} name="scope" value={scope} label={label} />
)

function NewKey({ onMade }: { onMade: (key: Schemas['NewApiKey']) => void }) {
  const create = useMutation({
    meta: { quiet: true },
    mutationFn: (body: Schemas['CreateApiKey']) =>
      call('POST /auth/api-keys', { body, idempotencyKey: newIdempotencyKey() }),
    onSuccess: onMade,
  })
  const problem = create.isError ? asProblem(create.error) : null
  return (
    <Section title="New key">
      <form
        onSubmit={(event) => {
          const form = event.currentTarget
          const scopes = new FormData(form).getAll('scope') as Scope[]
          const { name = '', life = '' } = fieldsOf(event)
          const days = LIVES[life] ?? null
          create.mutate(
            { name, scopes, ...(days && { expiresAt: new Date(serverNow() + days * DAY_MS).toISOString() }) },
            { onSuccess: () => form.reset() },
          )
        }}
      >
        <TextField label="Name" name="name" required maxLength={80} error={problem?.of('name')} />
        <fieldset className={styles.scopes}>
          <legend>It may</legend>
          {SCOPES.map(toCheck)}
          <details>
            <summary>More</summary>
            <div className={styles.scopes}>{MORE_SCOPES.map(toCheck)}</div>
          </details>
        </fieldset>
        <SelectField label="Valid for" name="life" defaultValue="90 days">
          {Object.keys(LIVES).map((one) => (
            <option key={one}>{one}</option>
          ))}
        </SelectField>
        {problem && <ProblemNote problem={problem} />}
        <Button type="submit" busy={create.isPending}>
          Create key
        </Button>
      </form>
    </Section>
  )
}
