import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { call, type Schemas } from '../../api/client.ts'
import { asProblem } from '../../api/problem.ts'
import { Button } from '../../ui/kit/button.tsx'
import { Dialog } from '../../ui/kit/dialog.tsx'
import { TextField } from '../../ui/kit/field.tsx'
import { ProblemNote } from '../../ui/kit/page.tsx'
import { type Scope, ScopeFields } from './scopes.tsx'

/** The name and the scopes of a key. The key itself and its end stay the same. */
export function EditKey({ apiKey, onClose }: { apiKey: Schemas['ApiKey']; onClose: () => void }) {
  const [name, setName] = useState(apiKey.name)
  const [scopes, setScopes] = useState(apiKey.scopes as Scope[])
  const save = useMutation({
    meta: { quiet: true },
    mutationFn: () =>
      call('PATCH /auth/api-keys/{id}', { params: { id: apiKey.id }, body: { name, scopes } }),
    onSuccess: onClose,
  })
  const problem = save.isError ? asProblem(save.error) : null
  return (
    <Dialog
      size="large"
      title={`Key ${apiKey.name}`}
      about="A change applies to the next request of the programs that use it."
      onClose={onClose}
      onSubmit={() => save.mutate()}
      actions={
        <>
          <Button onClick={onClose}>Leave it</Button>
          <Button type="submit" look="primary" busy={save.isPending} disabled={scopes.length === 0}>
            Save
          </Button>
        </>
      }
    >
      <TextField
        label="Name"
        required
        maxLength={80}
        value={name}
        error={problem?.of('name')}
        onChange={(event) => setName(event.target.value)}
      />
      <ScopeFields chosen={scopes} onChange={setScopes} />
      {problem && <ProblemNote problem={problem} />}
    </Dialog>
  )
}
