import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { newIdempotencyKey, type Schemas } from '../../api/client.ts'
import { asProblem } from '../../api/problem.ts'
import { Button } from '../../ui/kit/button.tsx'
import { Dialog } from '../../ui/kit/dialog.tsx'
import { CheckField, SelectField, TextField } from '../../ui/kit/field.tsx'
import { ProblemNote } from '../../ui/kit/page.tsx'
import { ShownOnce } from '../../ui/kit/shown-once.tsx'
import { toUser } from './links.ts'
import { ROLES } from './model/search.ts'
import { createUser, useAdminAction } from './queries.ts'

/** The server makes a password, which is shown once. */
export function NewUserDialog({ onClose }: { onClose: () => void }) {
  const [key, setKey] = useState(newIdempotencyKey)
  const [form, setForm] = useState({ email: '', name: '', role: 'user', emailVerified: false })
  const set = (change: Partial<typeof form>) => {
    setForm({ ...form, ...change })
    setKey(newIdempotencyKey())
  }
  const create = useAdminAction(createUser, true)
  const go = useNavigate()
  const problem = create.isError ? asProblem(create.error) : null
  const made = create.data
  if (made?.password)
    return (
      <Dialog
        title={`${made.email} was created`}
        onClose={onClose}
        actions={
          <Button
            look="primary"
            onClick={() => {
              onClose()
              void go(toUser(made.id))
            }}
          >
            Go to the user
          </Button>
        }
      >
        <ShownOnce
          about="The password is shown only once. The person can change it after signing in."
          secret={made.password}
          label="Copy the password"
        />
      </Dialog>
    )
  return (
    <Dialog
      title="Create a user"
      about="A password is made for the person and shown to you once."
      onClose={onClose}
      onSubmit={() => {
        const { email, name, role, emailVerified } = form
        create.mutate({
          body: {
            email: email.trim(),
            ...(name.trim() && { name: name.trim() }),
            role: role as NonNullable<Schemas['CreateUser']['role']>,
            emailVerified,
          },
          key,
        })
      }}
      actions={
        <>
          <Button onClick={onClose}>Leave it</Button>
          <Button type="submit" look="primary" busy={create.isPending}>
            Create
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
        onChange={({ target }) => set({ email: target.value })}
      />
      <TextField
        label="Name (optional)"
        maxLength={80}
        autoComplete="off"
        error={problem?.of('name')}
        value={form.name}
        onChange={({ target }) => set({ name: target.value })}
      />
      <SelectField
        label="Role"
        help="An admin can do everything here."
        value={form.role}
        onChange={({ target }) => set({ role: target.value })}
      >
        {ROLES.map((one) => (
          <option key={one}>{one}</option>
        ))}
      </SelectField>
      <CheckField
        label="The address is verified"
        help="If you know that it belongs to the person"
        checked={form.emailVerified}
        onChange={({ target }) => set({ emailVerified: target.checked })}
      />
      {problem && <ProblemNote problem={problem} />}
    </Dialog>
  )
}
