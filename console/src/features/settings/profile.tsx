import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { call, callWithHeaders } from '../../api/client.ts'
import { asProblem } from '../../api/problem.ts'
import { Button } from '../../ui/kit/button.tsx'
import { CheckField, CurrentPasswordField, SelectField, TextField } from '../../ui/kit/field.tsx'
import { ProblemNote } from '../../ui/kit/page.tsx'
import { showToast } from '../../ui/kit/toast.tsx'
import { areKeysOn, setKeysOn } from '../../ui/use-keys.ts'
import { setTheme, type Theme, useTheme } from '../shell/index.ts'
import { Account } from './account.tsx'
import { fieldsOf, Loaded, Section } from './section.tsx'

export function Profile() {
  const profile = useQuery({
    queryKey: ['profile'],
    queryFn: async () => {
      const { answer, headers } = await callWithHeaders('GET /users/profile')
      return { ...answer, etag: headers.get('etag') ?? '' }
    },
  })
  const cache = useQueryClient()
  const update = useMutation({
    meta: { quiet: true },
    mutationFn: ({
      etag,
      ...body
    }: {
      etag: string
      name?: string
      email?: string
      currentPassword?: string
    }) => call('PUT /users/profile', { body, ...(etag && { ifMatch: etag }) }),
    onSuccess: ({ pendingEmail }) => {
      showToast(
        pendingEmail ? `Confirm the new address with the link that went to ${pendingEmail}.` : 'Saved.',
      )
      void cache.invalidateQueries({ queryKey: ['me'] })
    },
    // Also after a 412: the next attempt is for the current version.
    onSettled: () => void cache.invalidateQueries({ queryKey: ['profile'] }),
  })
  const resend = useMutation({
    mutationFn: () => call('POST /auth/email/resend'),
    onSuccess: () => showToast('The mail is on its way.'),
  })
  const problem = update.isError ? asProblem(update.error) : null
  return (
    <>
      <Loaded query={profile}>
        {(me) => (
          <>
            <Section title="Profile">
              <form
                key={me.version}
                onSubmit={(event) => {
                  const { name = '' } = fieldsOf(event)
                  update.mutate({ etag: me.etag, name })
                }}
              >
                <TextField
                  label="Name"
                  name="name"
                  defaultValue={me.name}
                  maxLength={80}
                  required
                  error={problem?.of('name')}
                />
                <Button type="submit" busy={update.isPending}>
                  Save
                </Button>
              </form>
            </Section>
            <Section
              title="E-mail"
              about={me.emailVerified ? `${me.email}, confirmed.` : `${me.email} is not confirmed yet.`}
            >
              {!me.emailVerified && (
                <Button busy={resend.isPending} onClick={() => resend.mutate()}>
                  Send the mail again
                </Button>
              )}
              <form
                key={`email ${me.version}`}
                onSubmit={(event) => {
                  const { email = '', currentPassword = '' } = fieldsOf(event)
                  update.mutate({ etag: me.etag, email, ...(currentPassword && { currentPassword }) })
                }}
              >
                <TextField
                  label="New address"
                  name="email"
                  type="email"
                  required
                  error={problem?.of('email')}
                />
                {me.hasPassword && <CurrentPasswordField name="currentPassword" />}
                <Button type="submit" busy={update.isPending}>
                  Change the address
                </Button>
              </form>
            </Section>
            {problem && <ProblemNote problem={problem} />}
          </>
        )}
      </Loaded>
      <Looks />
      <Account />
    </>
  )
}

/** Stored only in this browser. */
function Looks() {
  const theme = useTheme()
  const [keys, setKeys] = useState(areKeysOn)
  return (
    <Section title="This browser">
      <SelectField label="Theme" value={theme} onChange={(event) => setTheme(event.target.value as Theme)}>
        <option value="system">System default</option>
        <option value="light">Light</option>
        <option value="dark">Dark</option>
      </SelectField>
      <CheckField
        label="Use single-key shortcuts (press ? for a list)"
        checked={keys}
        onChange={(event) => {
          setKeysOn(event.target.checked)
          setKeys(event.target.checked)
        }}
      />
    </Section>
  )
}
