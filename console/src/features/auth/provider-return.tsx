import { useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { type FormEvent, useEffect, useState } from 'react'
import { asProblem, type Problem } from '../../api/problem.ts'
import { exchange } from '../../api/session.ts'
import { Button, buttonClass } from '../../ui/kit/button.tsx'
import { TextField } from '../../ui/kit/field.tsx'
import { ProblemNote, Skeleton, useTitle } from '../../ui/kit/page.tsx'
import { AuthFrame } from './auth-frame.tsx'
import { LinkAccount } from './link-account.tsx'
import { type Returned, readReturn } from './provider-sign-in.ts'

let returned: Returned | undefined

/** The page that a provider redirects to. */
export function ProviderReturn() {
  useTitle('Sign in')
  const go = useNavigate()
  const cache = useQueryClient()
  const [problem, setProblem] = useState<Problem | null>(null)
  const [asksCode, setAsksCode] = useState(false)
  // Read once, because reading removes it from the URL.
  returned ??= readReturn()
  const found = returned
  const isLink = 'isLink' in found && found.isLink

  async function enter(mfaCode?: string) {
    if ('error' in found || isLink) return
    try {
      await exchange({ code: found.code, codeVerifier: found.codeVerifier, ...(mfaCode && { mfaCode }) })
      returned = undefined
      cache.clear()
      await go({ href: found.to })
    } catch (error) {
      const failure = asProblem(error)
      if (failure.code === 'auth.mfa_required') setAsksCode(true)
      else setProblem(failure)
    }
  }
  useEffect(() => {
    void enter()
    // The redirect is processed only once.
  }, [])

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    void enter(String(new FormData(event.currentTarget).get('code') ?? ''))
  }
  if ('isLink' in found && isLink)
    return (
      <LinkAccount
        ticket={found}
        onDone={() => {
          returned = undefined
          void go({ href: found.to })
        }}
      />
    )
  return (
    <AuthFrame title="Signing in">
      {'error' in found ? <p role="alert">{found.error}</p> : null}
      {problem && <ProblemNote problem={problem} />}
      {asksCode ? (
        <form onSubmit={submit}>
          <TextField label="Code" name="code" autoComplete="one-time-code" required autoFocus />
          <Button type="submit" look="primary" size="large">
            Go on
          </Button>
        </form>
      ) : problem || 'error' in found ? (
        <Link to="/sign-in" className={buttonClass()}>
          Back to sign-in
        </Link>
      ) : (
        <Skeleton rows={2} />
      )}
    </AuthFrame>
  )
}
