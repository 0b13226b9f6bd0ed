import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { call, newIdempotencyKey, type Schemas } from '../../api/client.ts'
import { asProblem } from '../../api/problem.ts'
import { Button } from '../../ui/kit/button.tsx'
import { CurrentPasswordField, TextField } from '../../ui/kit/field.tsx'
import { ProblemNote, Skeleton } from '../../ui/kit/page.tsx'
import { showToast } from '../../ui/kit/toast.tsx'
import { AuthFrame } from './auth-frame.tsx'
import type { Ticket } from './provider-sign-in.ts'

/** The provider knows who signed in there. The password says that the account belongs to the same person. */
export function LinkAccount({ ticket, onDone }: { ticket: Ticket; onDone: () => void }) {
  const profile = useQuery({ queryKey: ['profile', 'security'], queryFn: () => call('GET /users/profile') })
  const [key] = useState(newIdempotencyKey)
  const link = useMutation({
    meta: { quiet: true },
    mutationFn: (proof: Schemas['LinkOauthIdentity']) =>
      call('POST /auth/oauth/identities', {
        body: { code: ticket.code, codeVerifier: ticket.codeVerifier, ...proof },
        idempotencyKey: key,
      }),
    onSuccess: () => {
      showToast('It is connected. You can sign in with it.')
      onDone()
    },
  })
  const me = profile.data
  const failed = profile.error ?? link.error
  return (
    <AuthFrame title="Connect your account">
      {me ? (
        <form
          onSubmit={(event) => {
            event.preventDefault()
            const form = new FormData(event.currentTarget)
            const given = (name: string) => String(form.get(name) ?? '')
            link.mutate({
              ...(given('password') && { password: given('password') }),
              ...(given('code') && { mfaCode: given('code') }),
            })
          }}
        >
          <p className="dim">Whoever signs in there will be signed in here as {me.email}.</p>
          {me.hasPassword && <CurrentPasswordField name="password" />}
          {!me.hasPassword && me.mfaEnabled && (
            <TextField label="Code from your authenticator app" name="code" autoComplete="one-time-code" />
          )}
          <Button type="submit" look="primary" size="large" busy={link.isPending}>
            Connect it
          </Button>
          <Button size="large" onClick={onDone}>
            Leave it
          </Button>
        </form>
      ) : (
        !failed && <Skeleton rows={2} />
      )}
      {failed && <ProblemNote problem={asProblem(failed)} />}
    </AuthFrame>
  )
}
