import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { newIdempotencyKey } from '../../api/client.ts'
import { asProblem } from '../../api/problem.ts'
import { Button } from '../../ui/kit/button.tsx'
import { Dialog } from '../../ui/kit/dialog.tsx'
import { SelectField, TextField } from '../../ui/kit/field.tsx'
import { ProblemNote } from '../../ui/kit/page.tsx'
import { toDeployment } from '../shell/index.ts'
import { type Deployment, useFollow, usePlatforms } from './queries.ts'

export type FollowVerb = 'promote' | 'rollback' | 'redeploy'

const WORDS: Record<FollowVerb, { title: (project: string) => string; verb: string }> = {
  promote: { title: (project) => `Make this preview the public site of ${project}?`, verb: 'Promote' },
  rollback: { title: (project) => `Go back to this version of ${project}?`, verb: 'Go back' },
  redeploy: { title: (project) => `Deploy ${project} again?`, verb: 'Deploy again' },
}

type Props = { verb: FollowVerb; deployment: Deployment; onClose: () => void }

/** Each makes another deployment from this one. */
export function FollowDialog({ verb, deployment: one, onClose }: Props) {
  const go = useNavigate()
  const platform = usePlatforms().data?.find(({ platform: id }) => id === one.platform)
  const follow = useFollow(one.id)
  const [key, setKey] = useState(newIdempotencyKey)
  const [message, setMessage] = useState('')
  const [whenBusy, setWhenBusy] = useState<'queue' | 'replace'>('queue')
  const isUploadFree =
    verb === 'promote' ? platform?.promotes === true : platform?.rollsBack === 'without-upload'
  const about =
    verb === 'redeploy'
      ? 'Publishes the same content. Only what the platform does not have is sent.'
      : `${verb === 'promote' ? 'Everybody sees it from then on.' : 'The site that is public now is replaced.'} ${
          isUploadFree ? 'Nothing is sent again.' : 'Its files are sent again, if the team still has them.'
        }`
  const send = () =>
    follow.mutate(
      { verb, key, body: { whenBusy, ...(message.trim() && { message: message.trim() }) } },
      {
        onSuccess: (made) => {
          onClose()
          void go(toDeployment(made.id))
        },
        onError: () => setKey(newIdempotencyKey()),
      },
    )
  return (
    <Dialog
      title={WORDS[verb].title(one.project)}
      about={about}
      onClose={onClose}
      onSubmit={send}
      actions={
        <>
          <Button onClick={onClose}>Leave it</Button>
          <Button type="submit" look="primary" busy={follow.isPending}>
            {WORDS[verb].verb}
          </Button>
        </>
      }
    >
      <TextField
        label="Message (optional)"
        placeholder={one.message}
        maxLength={2000}
        value={message}
        onChange={(event) => setMessage(event.target.value)}
      />
      <WhenBusyField value={whenBusy} onChange={setWhenBusy} />
      {follow.isError && <ProblemNote problem={asProblem(follow.error)} />}
    </Dialog>
  )
}

type WhenBusyProps = { value: 'queue' | 'replace'; onChange: (value: 'queue' | 'replace') => void }

export const WhenBusyField = ({ value, onChange }: WhenBusyProps) => (
  <SelectField
    label="If another one of the project is active"
    value={value}
    onChange={(event) => onChange(event.target.value as 'queue' | 'replace')}
  >
    <option value="queue">Wait for it</option>
    <option value="replace">Cancel it</option>
  </SelectField>
)
