import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { call, newIdempotencyKey, type Schemas } from '../../api/client.ts'
import { asProblem } from '../../api/problem.ts'
import { Ago } from '../../ui/format/time-text.tsx'
import { Button } from '../../ui/kit/button.tsx'
import { SelectField, TextField } from '../../ui/kit/field.tsx'
import { ProblemNote } from '../../ui/kit/page.tsx'
import { showToast } from '../../ui/kit/toast.tsx'
import { PersonName } from '../people/index.ts'
import { useRights } from '../shell/index.ts'
import { MoreButton, usePages } from './pages.tsx'
import { ROLES } from './roles.ts'
import { fieldsOf, Section } from './section.tsx'
import styles from './settings.module.css'

type Status = Schemas['Invitation']['status']
const STATUSES: Record<Status, string> = {
  pending: 'Open',
  accepted: 'Accepted',
  expired: 'Expired',
  revoked: 'Taken back',
}

export function Invitations({ teamId }: { teamId: string }) {
  const cache = useQueryClient()
  const { mayManage } = useRights()
  const [status, setStatus] = useState<Status>('pending')
  const list = usePages(
    ['team', teamId, 'invitations', status],
    (query) => call('GET /teams/{id}/invitations', { params: { id: teamId }, query: { ...query, status } }),
    mayManage,
  )
  const refresh = () => void cache.invalidateQueries({ queryKey: ['team', teamId, 'invitations'] })
  const invite = useMutation({
    meta: { quiet: true },
    mutationFn: (body: Schemas['CreateInvitation']) =>
      call('POST /teams/{id}/invitations', {
        params: { id: teamId },
        body,
        idempotencyKey: newIdempotencyKey(),
      }),
    onSuccess: ({ email }) => showToast(`An invitation is on its way to ${email}.`),
    onSettled: refresh,
  })
  const resend = useMutation({
    mutationFn: (invitationId: string) =>
      call('POST /teams/{id}/invitations/{invitationId}/resend', {
        params: { id: teamId, invitationId },
        idempotencyKey: newIdempotencyKey(),
      }),
    onSuccess: ({ email }) => showToast(`The invitation is on its way to ${email} again.`),
    onSettled: refresh,
  })
  const revoke = useMutation({
    mutationFn: (invitationId: string) =>
      call('DELETE /teams/{id}/invitations/{invitationId}', { params: { id: teamId, invitationId } }),
    onSettled: refresh,
  })
  if (!mayManage) return null
  return (
    <Section title="Invite somebody">
      <form
        onSubmit={(event) => {
          const form = event.currentTarget
          const { email = '', role = 'member' } = fieldsOf(event)
          invite.mutate({ email, role: role as 'member' }, { onSuccess: () => form.reset() })
        }}
      >
        <TextField label="E-mail" name="email" type="email" required />
        <SelectField label="Role" name="role" defaultValue="member">
          {(['viewer', 'member', 'admin'] as const).map((role) => (
            <option key={role} value={role}>
              {ROLES[role]}
            </option>
          ))}
        </SelectField>
        {invite.isError && <ProblemNote problem={asProblem(invite.error)} />}
        <Button type="submit" busy={invite.isPending}>
          Send the invitation
        </Button>
      </form>
      <SelectField
        label="Invitations"
        value={status}
        onChange={(event) => setStatus(event.target.value as Status)}
      >
        {Object.entries(STATUSES).map(([id, name]) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </SelectField>
      {list.data?.length === 0 && <p className="faint">None.</p>}
      <ul className={styles.list}>
        {(list.data ?? []).map((one) => (
          <li key={one.id}>
            <div>
              <b className="cut">{one.email}</b>
              <small>
                as {one.role}, by <PersonName id={one.invitedBy} />, sent <Ago at={one.createdAt} />
                {status === 'pending' && (
                  <>
                    , ends <Ago at={one.expiresAt} />
                  </>
                )}
              </small>
            </div>
            {(status === 'pending' || status === 'expired') && (
              <Button
                size="small"
                aria-label={`Send again to ${one.email}`}
                busy={resend.isPending && resend.variables === one.id}
                onClick={() => resend.mutate(one.id)}
              >
                Send again
              </Button>
            )}
            {status === 'pending' && (
              <Button
                size="small"
                aria-label={`Take back the invitation of ${one.email}`}
                busy={revoke.isPending && revoke.variables === one.id}
                onClick={() => revoke.mutate(one.id)}
              >
                Take back
              </Button>
            )}
          </li>
        ))}
      </ul>
      <MoreButton of={list} />
    </Section>
  )
}
