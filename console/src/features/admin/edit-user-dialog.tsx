import { useState } from 'react'
import { call, type Schemas } from '../../api/client.ts'
import { asProblem } from '../../api/problem.ts'
import { Button } from '../../ui/kit/button.tsx'
import { Dialog } from '../../ui/kit/dialog.tsx'
import { CheckField, TextField } from '../../ui/kit/field.tsx'
import { ProblemNote } from '../../ui/kit/page.tsx'
import { type AdminUser, useAdminAction } from './queries.ts'

type Props = { user: AdminUser; etag: string; onClose: () => void; onReload: () => Promise<unknown> }

export function EditUserDialog({ user, etag, onClose, onReload }: Props) {
  const [form, setForm] = useState({
    email: user.email,
    name: user.name,
    emailVerified: user.emailVerified,
  })
  const update = useAdminAction(
    (body: Schemas['UpdateUser']) =>
      call('PATCH /admin/users/{id}', { params: { id: user.id }, body, ifMatch: etag }),
    true,
  )
  const problem = update.isError ? asProblem(update.error) : null
  return (
    <Dialog
      title={`Change ${user.name || user.email}`}
      onClose={onClose}
      onSubmit={() =>
        update.mutate(
          {
            ...(form.email.trim() !== user.email && { email: form.email.trim() }),
            ...(form.name.trim() !== user.name && { name: form.name.trim() }),
            emailVerified: form.emailVerified,
          },
          { onSuccess: onClose },
        )
      }
      actions={
        <>
          <Button onClick={onClose}>Leave it</Button>
          <Button type="submit" look="primary" busy={update.isPending}>
            Save
          </Button>
        </>
      }
    >
      <TextField
        label="E-mail"
        type="email"
        required
        autoComplete="off"
        error={problem?.of('email')}
        value={form.email}
        onChange={({ target }) => setForm({ ...form, email: target.value })}
      />
      <TextField
        label="Name"
        maxLength={80}
        required
        autoComplete="off"
        error={problem?.of('name')}
        value={form.name}
        onChange={({ target }) => setForm({ ...form, name: target.value })}
      />
      <CheckField
        label="The address is verified"
        checked={form.emailVerified}
        onChange={({ target }) => setForm({ ...form, emailVerified: target.checked })}
      />
      {problem && <ProblemNote problem={problem} />}
      {problem?.status === 412 && (
        <Button
          onClick={() => {
            update.reset()
            void onReload()
          }}
        >
          Load the current user
        </Button>
      )}
    </Dialog>
  )
}
