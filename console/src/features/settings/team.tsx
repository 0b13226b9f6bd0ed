// The team itself: its name and description, and its deletion.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { lazy, Suspense, useState } from 'react'
import { call, callWithHeaders, type Schemas } from '../../api/client.ts'
import { asProblem } from '../../api/problem.ts'
import { Button } from '../../ui/kit/button.tsx'
import { TextAreaField, TextField } from '../../ui/kit/field.tsx'
import { ProblemNote } from '../../ui/kit/page.tsx'
import { showToast } from '../../ui/kit/toast.tsx'
import { useRights } from '../shell/index.ts'
import { fieldsOf, Loaded, Section } from './section.tsx'

const Dialog = lazy(() => import('../../ui/kit/dialog.tsx').then((parts) => ({ default: parts.Dialog })))

type Team = Schemas['Team']

export function TeamItself({ teamId }: { teamId: string }) {
  const { mayManage, mayOwn } = useRights()
  const team = useQuery({
    queryKey: ['team', teamId, 'itself'],
    queryFn: async () => {
      const { answer, headers } = await callWithHeaders('GET /teams/{id}', { params: { id: teamId } })
      return { team: answer, etag: headers.get('etag') ?? '' }
    },
  })
  return (
    <Loaded query={team}>
      {({ team: one, etag }) =>
        // A personal team has its name from the console, and ends with the account.
        !one.personal && (
          <Section title={one.name} about={one.description}>
            {mayManage && <Names key={one.version} team={one} etag={etag} />}
            {mayOwn && <DeleteTeam team={one} etag={etag} />}
          </Section>
        )
      }
    </Loaded>
  )
}

function Names({ team, etag }: { team: Team; etag: string }) {
  const cache = useQueryClient()
  const save = useMutation({
    meta: { quiet: true },
    mutationFn: (body: Schemas['UpdateTeam']) =>
      call('PUT /teams/{id}', { params: { id: team.id }, body, ifMatch: etag }),
    onSuccess: () => showToast('Saved.'),
    // Also after a 412: the next attempt is for the current version.
    onSettled: () => {
      void cache.invalidateQueries({ queryKey: ['team', team.id] })
      void cache.invalidateQueries({ queryKey: ['teams'] })
    },
  })
  const problem = save.isError ? asProblem(save.error) : null
  return (
    <form
      onSubmit={(event) => {
        const { name = '', description = '' } = fieldsOf(event)
        save.mutate({ name, description })
      }}
    >
      <TextField
        label="Name"
        name="name"
        required
        maxLength={80}
        defaultValue={team.name}
        error={problem?.of('name')}
      />
      <TextAreaField
        label="Description"
        name="description"
        rows={2}
        maxLength={500}
        defaultValue={team.description}
        error={problem?.of('description')}
      />
      {problem && problem.errors.length === 0 && <ProblemNote problem={problem} />}
      <Button type="submit" busy={save.isPending}>
        Save
      </Button>
    </form>
  )
}

/** Its name has to be typed, because everything in it is lost. */
function DeleteTeam({ team, etag }: { team: Team; etag: string }) {
  const go = useNavigate()
  const cache = useQueryClient()
  const [isOpen, setOpen] = useState(false)
  const [typed, setTyped] = useState('')
  const remove = useMutation({
    meta: { quiet: true },
    mutationFn: () => call('DELETE /teams/{id}', { params: { id: team.id }, ifMatch: etag }),
    onSuccess: async () => {
      showToast(`The team ${team.name} was deleted.`)
      await go({ to: '/', search: { team: undefined } as never })
    },
    onError: () => void cache.invalidateQueries({ queryKey: ['team', team.id] }),
  })
  const close = () => setOpen(false)
  return (
    <>
      <div>
        <Button look="danger" onClick={() => setOpen(true)}>
          Delete the team
        </Button>
      </div>
      {isOpen && (
        <Suspense>
          <Dialog
            title={`Delete ${team.name}?`}
            about="Its workflows, runs, files, keys and everything else in it are deleted for all members. This cannot be undone."
            onClose={close}
            onSubmit={() => remove.mutate()}
            actions={
              <>
                <Button onClick={close}>Leave it</Button>
                <Button
                  type="submit"
                  look="danger"
                  busy={remove.isPending}
                  disabled={typed.trim() !== team.name}
                >
                  Delete the team
                </Button>
              </>
            }
          >
            <TextField
              label={`Type its name, ${team.name}`}
              autoComplete="off"
              required
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
            />
            {remove.isError && <ProblemNote problem={asProblem(remove.error)} />}
          </Dialog>
        </Suspense>
      )}
    </>
  )
}
