import { useState } from 'react'
import { asProblem } from '../../api/problem.ts'
import { useDraft } from '../../ui/form/draft.ts'
import { DraftNote, LeaveButton } from '../../ui/form/draft-note.tsx'
import { JsonField } from '../../ui/form/json-field.tsx'
import { Button } from '../../ui/kit/button.tsx'
import { Dialog } from '../../ui/kit/dialog.tsx'
import { TextField } from '../../ui/kit/field.tsx'
import { ProblemNote } from '../../ui/kit/page.tsx'
import { useSignal } from './queries.ts'
import { useRunView } from './run-view.ts'

/** Sends a named message to this run, which ends a wait for it. */
export function SignalDialog({ onClose }: { onClose: () => void }) {
  const { run, live } = useRunView()
  const signal = useSignal(run.id)
  const waits = [...live.waits.values()].filter(({ kind }) => kind === 'signal')
  const draft = useDraft<{ name: string; data?: unknown }>(`signal.${run.id}`, () => ({
    name: waits[0]?.name ?? '',
  }))
  const { name, data } = draft.value
  // Created with the dialog: a signal that is sent twice counts once.
  const [id] = useState(() => crypto.randomUUID())
  async function send() {
    const body = { name: name.trim(), id, ...(data === undefined ? {} : { data }) }
    const sent = await signal.mutateAsync(body).catch(() => null)
    if (sent === null) return
    draft.forget()
    onClose()
  }
  return (
    <Dialog
      title="Send a signal"
      about={`The run waits for ${waits.map((wait) => wait.name ?? 'a signal').join(', ') || 'no signal now'}. A signal without a matching wait is kept.`}
      onClose={onClose}
      onSubmit={() => void send()}
      actions={
        <>
          <LeaveButton draft={draft} onClose={onClose} />
          <Button
            type="submit"
            look="primary"
            icon="zap"
            disabled={name.trim() === ''}
            busy={signal.isPending}
          >
            Send
          </Button>
        </>
      }
    >
      <DraftNote draft={draft} />
      <TextField
        label="Name"
        value={name}
        maxLength={200}
        help={name.includes('*') ? 'Replace the star with the rest of the signal’s name.' : undefined}
        onChange={(event) => draft.set({ ...draft.value, name: event.target.value })}
      />
      <JsonField
        key={draft.round}
        draft={draft.key && `${draft.key}.data`}
        label="Data"
        value={data}
        onChange={(next) => draft.set({ name, ...(next === undefined ? {} : { data: next }) })}
      />
      {signal.isError && <ProblemNote problem={asProblem(signal.error)} />}
    </Dialog>
  )
}
