import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { call } from '../../api/client.ts'
import { asProblem, type Problem } from '../../api/problem.ts'
import { register } from '../../api/session.ts'
import { Button } from '../../ui/kit/button.tsx'
import { TextField } from '../../ui/kit/field.tsx'
import { ProblemNote, useTitle } from '../../ui/kit/page.tsx'
import { AuthFrame } from './auth-frame.tsx'

export function Register() {
  useTitle('Register')
  const options = useQuery({ queryKey: ['sign-in-options'], queryFn: () => call('GET /auth/options') })
  const go = useNavigate()
  const cache = useQueryClient()
  const [problem, setProblem] = useState<Problem | null>(null)
  const [isBusy, setBusy] = useState(false)
  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const text = (name: string) => String(form.get(name) ?? '')
    setBusy(true)
    setProblem(null)
    try {
      await register({
        email: text('email'),
        password: text('password'),
        ...(text('name').trim() && { name: text('name').trim() }),
      })
      cache.clear()
      await go({ to: '/' })
    } catch (error) {
      setProblem(asProblem(error))
    } finally {
      setBusy(false)
    }
  }
  const who = options.data?.registration
  return (
    <AuthFrame
      title="Create an account"
      foot={
        <Link to="/sign-in" className="link">
          I have an account
        </Link>
      }
    >
      {who === 'closed' && <p>Only administrators can create accounts on this installation.</p>}
      {who === 'invite' && (
        <p>Only people with an invitation can register. Use the link in the invitation email.</p>
      )}
      {who !== 'closed' && (
        <form onSubmit={(event) => void submit(event)}>
          <TextField label="Name (optional)" name="name" autoComplete="name" maxLength={80} />
          <TextField
            label="E-mail"
            name="email"
            type="email"
            autoComplete="username"
            required
            error={problem?.of('email')}
          />
          <TextField
            label="Password"
            name="password"
            type="password"
            autoComplete="new-password"
            required
            help="At least 8 characters, with upper and lower case, a digit and a symbol."
            error={problem?.of('password')}
          />
          {problem && problem.errors.length === 0 && <ProblemNote problem={problem} />}
          <Button type="submit" look="primary" size="large" busy={isBusy}>
            Register
          </Button>
        </form>
      )}
    </AuthFrame>
  )
}
