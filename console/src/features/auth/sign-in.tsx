import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { type FormEvent, useState, useSyncExternalStore } from 'react'
import { call } from '../../api/client.ts'
import { asProblem, type Problem } from '../../api/problem.ts'
import { howSessionEnded, onSessionChange, signIn } from '../../api/session.ts'
import { Button } from '../../ui/kit/button.tsx'
import { CurrentPasswordField, TextField } from '../../ui/kit/field.tsx'
import { ProblemNote, useTitle } from '../../ui/kit/page.tsx'
import { AuthFrame } from './auth-frame.tsx'
import { goToProvider } from './provider-sign-in.ts'

type Given = { email: string; password: string }

export function SignIn() {
  useTitle('Sign in')
  const options = useQuery({
    queryKey: ['sign-in-options'],
    queryFn: () => call('GET /auth/options'),
    staleTime: 60_000,
  })
  const providers = useQuery({
    queryKey: ['sign-in-providers'],
    queryFn: () => call('GET /auth/oauth/providers'),
    staleTime: 60_000,
  })
  const { to } = useSearch({ from: '/sign-in' })
  const go = useNavigate()
  const cache = useQueryClient()
  const sessionEnd = useSyncExternalStore(onSessionChange, howSessionEnded)
  const [busy, setBusy] = useState<'form' | 'demo' | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  /** Set if the password was correct and a code is required. */
  const [second, setSecond] = useState<Given | null>(null)

  async function enter(given: Given & { mfaCode?: string }, by: 'form' | 'demo') {
    setBusy(by)
    setProblem(null)
    try {
      await signIn(given)
      cache.clear()
      await go({ href: to ?? '/' })
    } catch (error) {
      const found = asProblem(error)
      if (found.code === 'auth.mfa_required') setSecond(given)
      else setProblem(found)
    } finally {
      setBusy(null)
    }
  }

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const text = (name: string) => String(form.get(name) ?? '')
    void enter(
      second ? { ...second, mfaCode: text('code') } : { email: text('email'), password: text('password') },
      'form',
    )
  }

  const demo = options.data?.demo ?? null
  return (
    <AuthFrame
      title={second ? 'Enter your code' : 'Sign in to Orrery'}
      foot={
        <>
          {options.data && options.data.registration !== 'closed' && (
            <Link to="/register" className="link">
              Create an account
            </Link>
          )}
          <Link to="/forgot" className="link">
            I forgot my password
          </Link>
        </>
      }
    >
      {!second && !problem && sessionEnd === 'ended' && (
        <p role="status">Your session has ended. Sign in to continue where you were.</p>
      )}
      <form onSubmit={submit} key={second ? 'second' : 'first'}>
        {second ? (
          <TextField
            label="Code"
            name="code"
            autoComplete="one-time-code"
            help="From your authenticator app, or one of your backup codes."
            required
            autoFocus
          />
        ) : (
          <>
            <TextField label="E-mail" name="email" type="email" autoComplete="username" required />
            <CurrentPasswordField name="password" />
          </>
        )}
        {problem && <ProblemNote problem={problem} />}
        <Button
          type="submit"
          look={demo && !second ? 'plain' : 'primary'}
          size="large"
          busy={busy === 'form'}
        >
          {second ? 'Go on' : 'Sign in'}
        </Button>
        {second && (
          <Button look="quiet" onClick={() => setSecond(null)}>
            Back
          </Button>
        )}
        {demo && !second && (
          <Button
            look="primary"
            size="large"
            icon="play"
            busy={busy === 'demo'}
            onClick={() => void enter(demo, 'demo')}
          >
            Try it as the demo user
          </Button>
        )}
        {!second &&
          providers.data?.items.map((one) => (
            <Button key={one.id} size="large" onClick={() => void goToProvider(one.startUrl, to)}>
              Sign in with {one.name}
            </Button>
          ))}
      </form>
    </AuthFrame>
  )
}
