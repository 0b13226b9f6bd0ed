import { useMutation, useQueryClient } from '@tanstack/react-query'
import { lazy, Suspense, useState } from 'react'
import { call, newIdempotencyKey, type Schemas } from '../../api/client.ts'
import { serverNow } from '../../api/clock.ts'
import { asProblem } from '../../api/problem.ts'
import { Ago } from '../../ui/format/time-text.tsx'
import { Button } from '../../ui/kit/button.tsx'
import { ConfirmButton } from '../../ui/kit/confirm.tsx'
import { SelectField, TextField } from '../../ui/kit/field.tsx'
import { ProblemNote } from '../../ui/kit/page.tsx'
import { ShownOnce } from '../../ui/kit/shown-once.tsx'
import { MoreButton, usePages } from './pages.tsx'
import { type Scope, ScopeFields } from './scopes.tsx'
import { fieldsOf, Loaded, Section } from './section.tsx'
import styles from './settings.module.css'

const EditKey = lazy(() => import('./edit-key.tsx').then((parts) => ({ default: parts.EditKey })))

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
  const [edited, setEdited] = useState<Schemas['ApiKey'] | null>(null)
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
                            , {Date.parse(one.expiresAt) < serverNow() ? 'expired' : 'ends'}{' '}
                            <Ago at={one.expiresAt} />
                          </>
                        )}
                      </small>
                    </div>
                    <Button size="small" aria-label={`Edit ${one.name}`} onClick={() => setEdited(one)}>
                      Edit
                    </Button>
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
      {edited && (
        <Suspense>
          <EditKey
            apiKey={edited}
            onClose={() => {
              setEdited(null)
              refresh()
            }}
          />
        </Suspense>
      )}
      <NewKey
        onMade={(key) => {
          setMade(key)
          refresh()
        }}
      />
    </>
  )
}

function NewKey({ onMade }: { onMade: (key: Schemas['NewApiKey']) => void }) {
  const [key, setKey] = useState(newIdempotencyKey)
  const create = useMutation({
    meta: { quiet: true },
    mutationFn: (body: Schemas['CreateApiKey']) => call('POST /auth/api-keys', { body, idempotencyKey: key }),
    onSuccess: onMade,
    // Another try is about the same key only if nobody knows whether the first one arrived.
    onSettled: (_made, error) =>
      (error === null || asProblem(error).status > 0) && setKey(newIdempotencyKey()),
  })
  const problem = create.isError ? asProblem(create.error) : null
  const [scopes, setScopes] = useState<Scope[]>([])
  return (
    <Section title="New key">
      <form
        onSubmit={(event) => {
          const form = event.currentTarget
          const { name = '', life = '' } = fieldsOf(event)
          const days = LIVES[life] ?? null
          create.mutate(
            { name, scopes, ...(days && { expiresAt: new Date(serverNow() + days * DAY_MS).toISOString() }) },
            {
              onSuccess: () => {
                form.reset()
                setScopes([])
              },
            },
          )
        }}
      >
        <TextField label="Name" name="name" required maxLength={80} error={problem?.of('name')} />
        <ScopeFields chosen={scopes} onChange={setScopes} />
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
