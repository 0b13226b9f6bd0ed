import { Link } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { call } from '../../api/client.ts'
import { asProblem, type Problem } from '../../api/problem.ts'
import { Button } from '../../ui/kit/button.tsx'
import { TextField } from '../../ui/kit/field.tsx'
import { ProblemNote, useTitle } from '../../ui/kit/page.tsx'
import { AuthFrame } from './auth-frame.tsx'

export function Forgot() {
  useTitle('Forgotten password')
  const [sentTo, setSentTo] = useState<string | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  const [isBusy, setBusy] = useState(false)
  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const email = String(new FormData(event.currentTarget).get('email') ?? '')
    setBusy(true)
    setProblem(null)
    try {
      await call('POST /auth/password/forgot', { body: { email } })
      setSentTo(email)
    } catch (error) {
      setProblem(asProblem(error))
    } finally {
      setBusy(false)
    }
  }
  return (
    <AuthFrame
      title="Choose a new password"
      foot={
        <Link to="/sign-in" className="link">
          Back to sign-in
        </Link>
      }
    >
      {sentTo === null ? (
        <form onSubmit={(event) => void submit(event)}>
          <TextField label="E-mail" name="email" type="email" autoComplete="username" required />
          {problem && <ProblemNote problem={problem} />}
          <Button type="submit" look="primary" size="large" busy={isBusy}>
            Send me a link
          </Button>
        </form>
      ) : (
        <p role="status">If there is an account for {sentTo}, a link is on its way to it. It works once.</p>
      )}
    </AuthFrame>
  )
}
