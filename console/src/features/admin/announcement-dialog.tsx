import { useState } from 'react'
import { call, newIdempotencyKey, type Schemas } from '../../api/client.ts'
import { asProblem } from '../../api/problem.ts'
import { useDraft } from '../../ui/form/draft.ts'
import { DraftNote, LeaveButton } from '../../ui/form/draft-note.tsx'
import { Button } from '../../ui/kit/button.tsx'
import { Dialog } from '../../ui/kit/dialog.tsx'
import { SelectField, TextAreaField, TextField } from '../../ui/kit/field.tsx'
import { ProblemNote } from '../../ui/kit/page.tsx'
import { type AnnouncementForm, announcementBody, EMPTY_ANNOUNCEMENT } from './model/announcements.ts'
import { useAdminAction } from './queries.ts'

const LEVELS = ['info', 'success', 'warning', 'error']
const PLANS = ['free', 'premium', 'team']

export function AnnouncementDialog({ onClose }: { onClose: () => void }) {
  const draft = useDraft('announcement', () => EMPTY_ANNOUNCEMENT)
  const [key, setKey] = useState(newIdempotencyKey)
  const create = useAdminAction(
    (body: Schemas['CreateAnnouncement']) =>
      call('POST /realtime/broadcast/system-announcement', { body, idempotencyKey: key }),
    true,
  )
  const form = draft.value
  const problem = create.isError ? asProblem(create.error) : null
  const set = (change: Partial<AnnouncementForm>) => {
    draft.set({ ...form, ...change })
    setKey(newIdempotencyKey())
  }
  return (
    <Dialog
      title="Announce something"
      about="It is shown above every page until the person dismisses it, and at once to those who are here now."
      onClose={onClose}
      onSubmit={() =>
        create.mutate(announcementBody(form) as Schemas['CreateAnnouncement'], {
          onSuccess: () => {
            draft.forget()
            onClose()
          },
        })
      }
      actions={
        <>
          <LeaveButton draft={draft} onClose={onClose} />
          <Button type="submit" look="primary" busy={create.isPending}>
            Announce
          </Button>
        </>
      }
    >
      <DraftNote draft={draft} />
      <TextField
        label="Title"
        required
        maxLength={200}
        error={problem?.of('title')}
        value={form.title}
        onChange={({ target }) => set({ title: target.value })}
      />
      <TextAreaField
        label="Text"
        required
        rows={4}
        maxLength={5_000}
        error={problem?.of('message')}
        value={form.message}
        onChange={({ target }) => set({ message: target.value })}
      />
      <SelectField label="Level" value={form.level} onChange={({ target }) => set({ level: target.value })}>
        {LEVELS.map((one) => (
          <option key={one}>{one}</option>
        ))}
      </SelectField>
      <SelectField
        label="For"
        value={form.audience}
        onChange={({ target }) => set({ audience: target.value as AnnouncementForm['audience'] })}
      >
        <option value="all">Everybody</option>
        <option value="plan">Teams on a plan</option>
        <option value="team">One team</option>
      </SelectField>
      {form.audience === 'plan' && (
        <SelectField label="Plan" value={form.plan} onChange={({ target }) => set({ plan: target.value })}>
          {PLANS.map((one) => (
            <option key={one}>{one}</option>
          ))}
        </SelectField>
      )}
      {form.audience === 'team' && (
        <TextField
          label="Id of the team"
          required
          value={form.teamId}
          error={problem?.of('audience')}
          onChange={({ target }) => set({ teamId: target.value })}
        />
      )}
      <TextField
        label="From (optional)"
        help="Without it: from now"
        type="datetime-local"
        error={problem?.of('startsAt')}
        value={form.startsAt}
        onChange={({ target }) => set({ startsAt: target.value })}
      />
      <TextField
        label="Until (optional)"
        help="Without it: until somebody ends it"
        type="datetime-local"
        error={problem?.of('expiresAt')}
        value={form.expiresAt}
        onChange={({ target }) => set({ expiresAt: target.value })}
      />
      {problem && <ProblemNote problem={problem} />}
    </Dialog>
  )
}
