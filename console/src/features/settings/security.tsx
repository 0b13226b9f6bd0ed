import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { call } from '../../api/client.ts'
import { asProblem } from '../../api/problem.ts'
import { changePassword } from '../../api/session.ts'
import { Ago } from '../../ui/format/time-text.tsx'
import { Button } from '../../ui/kit/button.tsx'
import { ConfirmButton } from '../../ui/kit/confirm.tsx'
import { CurrentPasswordField, TextField } from '../../ui/kit/field.tsx'
import { ProblemNote } from '../../ui/kit/page.tsx'
import { Tag } from '../../ui/kit/tag.tsx'
import { showToast } from '../../ui/kit/toast.tsx'
import { Connected } from './connected.tsx'
import { Mfa } from './mfa.tsx'
import { MoreButton, usePages } from './pages.tsx'
import { fieldsOf, Loaded, Section } from './section.tsx'
import styles from './settings.module.css'

export function Security() {
  const profile = useQuery({ queryKey: ['profile', 'security'], queryFn: () => call('GET /users/profile') })
  return (
    <>
      <Loaded query={profile}>
        {(me) => (
          <>
            {me.hasPassword && <Password />}
            <Mfa isOn={me.mfaEnabled} hasPassword={me.hasPassword} />
          </>
        )}
      </Loaded>
      <Connected />
      <Sessions />
    </>
  )
}

function Password() {
  const change = useMutation({
    meta: { quiet: true },
    mutationFn: changePassword,
    onSuccess: () => showToast('Your password was changed. All other sessions have ended.'),
  })
  const problem = change.isError ? asProblem(change.error) : null
  return (
    <Section title="Password" about="A new one ends all your other sessions.">
      <form
        onSubmit={(event) => {
          const form = event.currentTarget
          const { currentPassword = '', newPassword = '' } = fieldsOf(event)
          change.mutate({ currentPassword, newPassword }, { onSuccess: () => form.reset() })
        }}
      >
        <CurrentPasswordField label="Password now" name="currentPassword" />
        <TextField
          label="New password"
          name="newPassword"
          type="password"
          autoComplete="new-password"
          required
          error={problem?.of('newPassword')}
        />
        {problem && problem.errors.length === 0 && <ProblemNote problem={problem} />}
        <Button type="submit" busy={change.isPending}>
          Change the password
        </Button>
      </form>
    </Section>
  )
}

function Sessions() {
  const cache = useQueryClient()
  const list = usePages(['sessions'], (query) => call('GET /auth/sessions', { query }))
  const refresh = () => void cache.invalidateQueries({ queryKey: ['sessions'] })
  const end = useMutation({
    mutationFn: (id: string) => call('DELETE /auth/sessions/{id}', { params: { id } }),
    onSettled: refresh,
  })
  const endOthers = useMutation({ mutationFn: () => call('DELETE /auth/sessions'), onSettled: refresh })
  return (
    <Section
      title="Sessions"
      about="Where you are signed in. If you do not recognise a session, end it and change your password."
    >
      <Loaded query={list}>
        {(items) => (
          <>
            <ul className={styles.list}>
              {items.map((one) => (
                <li key={one.id}>
                  <div>
                    <b className="cut">{browserOf(one.userAgent)}</b> {one.current && <Tag>This one</Tag>}
                    <small>
                      {one.address ?? 'address unknown'} · by {one.method}, used <Ago at={one.lastUsedAt} />
                    </small>
                  </div>
                  {!one.current && (
                    <Button
                      size="small"
                      busy={end.isPending && end.variables === one.id}
                      onClick={() => end.mutate(one.id)}
                    >
                      End
                    </Button>
                  )}
                </li>
              ))}
            </ul>
            <MoreButton of={list} />
            {items.length > 1 && (
              <ConfirmButton
                question="End all other sessions?"
                about="All other devices are signed out of this account immediately."
                verb="End them"
                onConfirm={() => endOthers.mutateAsync()}
              >
                End all other sessions
              </ConfirmButton>
            )}
          </>
        )}
      </Loaded>
    </Section>
  )
}

function browserOf(userAgent: string | null): string {
  if (userAgent === null) return 'Unknown client'
  const [, browser] = /(Firefox|Edg|OPR|Chrome|Safari|curl)\/[\d.]+/.exec(userAgent) ?? []
  const [, system] = /(Windows|Mac OS X|Android|iPhone|iPad|Linux)/.exec(userAgent) ?? []
  return browser
    ? `${browser.replace('Edg', 'Edge').replace('OPR', 'Opera')}${system ? ` on ${system}` : ''}`
    : userAgent.slice(0, 60)
}
