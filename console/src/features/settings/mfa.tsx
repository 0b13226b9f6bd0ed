import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { call, newIdempotencyKey, type Schemas } from '../../api/client.ts'
import { asProblem } from '../../api/problem.ts'
import { Button } from '../../ui/kit/button.tsx'
import { CopyButton } from '../../ui/kit/copy.tsx'
import { CurrentPasswordField, TextField } from '../../ui/kit/field.tsx'
import { ProblemNote } from '../../ui/kit/page.tsx'
import { fieldsOf, Section } from './section.tsx'
import styles from './settings.module.css'

type Props = { isOn: boolean; hasPassword: boolean }

/** A code in addition to the password: set up with a QR code, with backup codes that are shown once. */
export function Mfa({ isOn, hasPassword }: Props) {
  const [codes, setCodes] = useState<string[] | null>(null)
  const about = isOn
    ? 'Each sign-in requires a code from your authenticator app.'
    : 'With a second factor, a stolen password is not enough to sign in.'
  return (
    <Section title="Second factor" about={about}>
      {codes && <BackupCodes codes={codes} />}
      {isOn ? (
        <TurnOff hasPassword={hasPassword} onCodes={setCodes} />
      ) : (
        <SetUp hasPassword={hasPassword} onCodes={setCodes} />
      )}
    </Section>
  )
}

function useRefreshProfile() {
  const cache = useQueryClient()
  return () => void cache.invalidateQueries({ queryKey: ['profile'] })
}

function SetUp({ hasPassword, onCodes }: { hasPassword: boolean; onCodes: (codes: string[]) => void }) {
  const refresh = useRefreshProfile()
  const [setup, setSetup] = useState<Schemas['MfaSetup'] | null>(null)
  const begin = useMutation({
    meta: { quiet: true },
    mutationFn: (password: string) =>
      call('POST /auth/mfa/setup', {
        body: password ? { password } : {},
        idempotencyKey: newIdempotencyKey(),
      }),
    onSuccess: setSetup,
  })
  const verify = useMutation({
    meta: { quiet: true },
    mutationFn: (code: string) =>
      call('POST /auth/mfa/verify', { body: { code }, idempotencyKey: newIdempotencyKey() }),
    onSuccess: ({ backupCodes }) => {
      onCodes(backupCodes)
      refresh()
    },
  })
  const failed = begin.error ?? verify.error
  if (setup === null)
    return (
      <form onSubmit={(event) => begin.mutate(fieldsOf(event).password ?? '')}>
        {hasPassword && <CurrentPasswordField name="password" />}
        {failed && <ProblemNote problem={asProblem(failed)} />}
        <Button type="submit" busy={begin.isPending}>
          Set up a second factor
        </Button>
      </form>
    )
  return (
    <form onSubmit={(event) => verify.mutate(fieldsOf(event).code ?? '')}>
      <p>Scan this code with your authenticator app, or enter the key.</p>
      <img
        className={styles.qr}
        src={setup.qrCode}
        alt="QR code for the authenticator app"
        width="180"
        height="180"
      />
      <p className="mono">
        {setup.secret} <CopyButton text={setup.secret} label="Copy the key" />
      </p>
      <TextField
        label="Code from the app"
        name="code"
        inputMode="numeric"
        autoComplete="one-time-code"
        required
      />
      {failed && <ProblemNote problem={asProblem(failed)} />}
      <Button type="submit" look="primary" busy={verify.isPending}>
        Turn it on
      </Button>
    </form>
  )
}

function TurnOff({ hasPassword, onCodes }: { hasPassword: boolean; onCodes: (codes: string[]) => void }) {
  const refresh = useRefreshProfile()
  const disable = useMutation({
    meta: { quiet: true },
    mutationFn: (body: Schemas['DisableMfa']) => call('POST /auth/mfa/disable', { body }),
    onSuccess: refresh,
  })
  const renew = useMutation({
    meta: { quiet: true },
    mutationFn: (code: string) =>
      call('POST /auth/mfa/backup-codes', { body: { code }, idempotencyKey: newIdempotencyKey() }),
    onSuccess: ({ backupCodes }) => onCodes(backupCodes),
  })
  return (
    <>
      <form onSubmit={(event) => renew.mutate(fieldsOf(event).code ?? '')}>
        <TextField label="Code, for new backup codes" name="code" autoComplete="one-time-code" required />
        {renew.isError && <ProblemNote problem={asProblem(renew.error)} />}
        <Button type="submit" busy={renew.isPending}>
          Create new backup codes
        </Button>
      </form>
      <form
        onSubmit={(event) => {
          const { code = '', password = '' } = fieldsOf(event)
          disable.mutate({ code, ...(password && { password }) })
        }}
      >
        {hasPassword && <CurrentPasswordField name="password" />}
        <TextField label="Code" name="code" autoComplete="one-time-code" required />
        {disable.isError && <ProblemNote problem={asProblem(disable.error)} />}
        <Button type="submit" look="danger" busy={disable.isPending}>
          Turn it off
        </Button>
      </form>
    </>
  )
}

function BackupCodes({ codes }: { codes: string[] }) {
  return (
    <div className={styles.secret} role="status">
      <p>
        Store these backup codes. Each works once instead of a code from the app. They are not shown again.{' '}
        <CopyButton text={codes.join('\n')} label="Copy the codes" />
      </p>
      <ul className="mono">
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
    </div>
  )
}
