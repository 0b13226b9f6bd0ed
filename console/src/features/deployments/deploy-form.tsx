import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { newIdempotencyKey } from '../../api/client.ts'
import { asProblem } from '../../api/problem.ts'
import { useDraft } from '../../ui/form/draft.ts'
import { DraftNote } from '../../ui/form/draft-note.tsx'
import { Button } from '../../ui/kit/button.tsx'
import { CheckField, SelectField, TextField } from '../../ui/kit/field.tsx'
import { ProblemNote } from '../../ui/kit/page.tsx'
import { toDeployment, toNewIntegration, useRights } from '../shell/index.ts'
import { WhenBusyField } from './follow-dialog.tsx'
import styles from './form.module.css'
import { bodyOf, type Form, hasSource, targetOf } from './model/form.ts'
import { PlanView } from './plan-view.tsx'
import { type Platform, useCreate, useIntegrationsFor, usePlan, useProjects } from './queries.ts'
import { SettingsFields } from './settings-fields.tsx'
import { SourceFields } from './source-fields.tsx'

type Props = { draftKey: string; platforms: readonly Platform[]; initial: Form }

export function DeployForm({ draftKey, platforms, initial }: Props) {
  const go = useNavigate()
  const draft = useDraft<Form>(draftKey, () => initial)
  const form = draft.value
  const create = useCreate()
  const plan = usePlan()
  const [key, setKey] = useState(newIdempotencyKey)
  const [isSending, setSending] = useState(false)
  const platform = platforms.find((one) => one.platform === form.platform)
  const problem = create.isError ? asProblem(create.error) : plan.isError ? asProblem(plan.error) : null
  const errorOf = (path: string) =>
    problem?.errors.find((one) => one.path === `/${path}` || one.path?.startsWith(`/${path}/`))?.message
  const isComplete = platform !== undefined && form.integrationId !== '' && form.project.trim() !== ''
  const mayGo = isComplete && hasSource(form) && !isSending

  function set(change: Partial<Form>) {
    draft.set({ ...form, ...change })
    // A plan is about the form as it was.
    plan.reset()
    if (create.isError) setKey(newIdempotencyKey())
    create.reset()
  }
  const deploy = () =>
    platform &&
    create.mutate(
      { body: bodyOf(form, platform), key },
      {
        onSuccess: (made) => {
          draft.forget()
          void go(toDeployment(made.id))
        },
      },
    )
  return (
    <form
      className={styles.form}
      aria-label="Deployment"
      onSubmit={(event) => {
        event.preventDefault()
        deploy()
      }}
    >
      <DraftNote draft={draft} />
      <Platforms
        platforms={platforms}
        value={form.platform}
        onChange={(one) => set({ platform: one, integrationId: '' })}
      />
      {platform && (
        <>
          <IntegrationField
            platform={platform}
            value={form.integrationId}
            onChange={(integrationId) => set({ integrationId })}
            error={errorOf('integrationId')}
          />
          <ProjectField
            platform={platform}
            value={form.project}
            onChange={(project) => set({ project })}
            error={errorOf('project')}
          />
          <SourceFields
            key={draft.round}
            form={form}
            error={errorOf('source')}
            onChange={set}
            onBusy={setSending}
          />
          {platform.previews ? (
            <CheckField
              label="Replace the public site"
              help="Otherwise it is a preview with an address of its own, which can be promoted later."
              checked={form.production}
              onChange={(event) => set({ production: event.target.checked })}
            />
          ) : (
            <p className="dim">{platform.name} has no previews: this replaces the public site.</p>
          )}
          <SettingsFields
            key={`${platform.platform} ${draft.round}`}
            platform={platform}
            settings={form.settings}
            errorOf={errorOf}
            onChange={(settings) => set({ settings })}
          />
          <TextField
            label="Message (optional)"
            placeholder="What has changed"
            maxLength={2000}
            value={form.message}
            onChange={(event) => set({ message: event.target.value })}
          />
          <WhenBusyField value={form.whenBusy} onChange={(whenBusy) => set({ whenBusy })} />
          {plan.data && <PlanView plan={plan.data} />}
          {problem && <ProblemNote problem={problem} />}
          <div className={styles.buttons}>
            <Button type="submit" look="primary" disabled={!mayGo} busy={create.isPending}>
              {form.production || !platform.previews ? 'Deploy' : 'Deploy a preview'}
            </Button>
            <Button
              disabled={!mayGo}
              busy={plan.isPending}
              onClick={() => plan.mutate(targetOf(form, platform))}
            >
              Show what would change
            </Button>
          </div>
          {platform.notes.length > 0 && (
            <ul className={styles.notes}>
              {platform.notes.map((note) => (
                <li key={note}>{note.replaceAll('`', '')}</li>
              ))}
            </ul>
          )}
        </>
      )}
    </form>
  )
}

type PlatformsProps = { platforms: readonly Platform[]; value: string; onChange: (id: string) => void }

const Platforms = ({ platforms, value, onChange }: PlatformsProps) => (
  <fieldset className={styles.platforms}>
    <legend>Platform</legend>
    <div>
      {platforms.map((one) => (
        <label key={one.platform}>
          <input
            type="radio"
            name="platform"
            value={one.platform}
            checked={value === one.platform}
            onChange={() => onChange(one.platform)}
          />
          {one.name}
        </label>
      ))}
    </div>
  </fieldset>
)

type FieldProps = {
  platform: Platform
  value: string
  error: string | undefined
  onChange: (value: string) => void
}

function IntegrationField({ platform, value, error, onChange }: FieldProps) {
  const list = useIntegrationsFor(platform.integrationTypes)
  const { mayManage } = useRights()
  const [type = ''] = platform.integrationTypes
  if (list.data?.length === 0)
    return (
      <p>
        The team has no integration with {platform.name} yet.{' '}
        {mayManage ? (
          <Link {...toNewIntegration({ type })} className="link">
            Add one
          </Link>
        ) : (
          'An admin of the team adds one.'
        )}
      </p>
    )
  return (
    <SelectField
      label="Integration"
      help="It signs in with this."
      required
      error={error}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    >
      <option value="">Choose…</option>
      {list.data?.map((one) => (
        <option key={one.id} value={one.id}>
          {one.name}
        </option>
      ))}
    </SelectField>
  )
}

function ProjectField({ platform, value, error, onChange }: FieldProps) {
  const known = useProjects(platform.platform).data ?? []
  return (
    <>
      <TextField
        label="Project"
        help={platform.project.replaceAll('`', '')}
        required
        list="deploy-projects"
        maxLength={300}
        error={error}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
      <datalist id="deploy-projects">
        {known.map((one) => (
          <option key={one} value={one} />
        ))}
      </datalist>
    </>
  )
}
