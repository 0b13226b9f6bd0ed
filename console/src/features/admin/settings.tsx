import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { call, callWithHeaders, type Schemas } from '../../api/client.ts'
import { asProblem } from '../../api/problem.ts'
import { Ago } from '../../ui/format/time-text.tsx'
import { Button } from '../../ui/kit/button.tsx'
import { SelectField, TextField } from '../../ui/kit/field.tsx'
import { ProblemNote, Skeleton, useTitle } from '../../ui/kit/page.tsx'
import sheet from '../../ui/kit/sheet.module.css'
import { showToast } from '../../ui/kit/toast.tsx'
import { AdminFrame } from './frame.tsx'
import { byName, byPlan, changesOf, formOf, LIMIT_LABELS, PLANS, RETENTION_LABELS } from './model/settings.ts'
import { PlanTable } from './plan-table.tsx'
import { Providers } from './providers.tsx'
import { useAdminAction } from './queries.ts'

type Settings = Schemas['AdminSettings']
type Mode = Settings['registration']

const MODES: Record<Mode, string> = {
  open: 'Anybody',
  invite: 'Only people with an open invitation',
  closed: 'Nobody',
}

export function AdminSettings() {
  useTitle('Settings of the installation')
  const found = useQuery({
    queryKey: ['admin', 'settings'],
    queryFn: async () => {
      const { answer, headers } = await callWithHeaders('GET /admin/settings')
      return { settings: answer, etag: headers.get('etag') ?? '' }
    },
  })
  return (
    <AdminFrame>
      <div className={sheet.page}>
        {found.isError ? (
          <ProblemNote problem={asProblem(found.error)} onRetry={() => void found.refetch()} />
        ) : found.data ? (
          // Other settings start the form again.
          <SettingsForm key={found.data.etag} {...found.data} onReload={() => void found.refetch()} />
        ) : (
          <Skeleton rows={10} height={48} />
        )}
        <Providers />
      </div>
    </AdminFrame>
  )
}

type FormProps = { settings: Settings; etag: string; onReload: () => void }

function SettingsForm({ settings: one, etag, onReload }: FormProps) {
  const [form, setForm] = useState({
    registration: one.registration,
    defaultPlan: one.defaultPlan,
    mailFrom: one.mailFrom,
  })
  const [retention, setRetention] = useState(() => formOf(one.retention))
  const [limits, setLimits] = useState(() => formOf(byName(one.limits)))
  const update = useAdminAction(
    (body: Schemas['UpdateAdminSettings']) => call('PUT /admin/settings', { body, ifMatch: etag }),
    true,
  )
  const problem = update.isError ? asProblem(update.error) : null
  const set = (change: Partial<typeof form>) => setForm({ ...form, ...change })
  function submit() {
    const days = changesOf(formOf(one.retention), retention)
    const amounts = byPlan(changesOf(formOf(byName(one.limits)), limits))
    const body = {
      ...(form.registration !== one.registration && { registration: form.registration }),
      ...(form.defaultPlan !== one.defaultPlan && { defaultPlan: form.defaultPlan }),
      ...(form.mailFrom.trim() !== one.mailFrom && { mailFrom: form.mailFrom.trim() || null }),
      ...(Object.keys(days).length > 0 && { retention: days }),
      ...(Object.keys(amounts).length > 0 && { limits: amounts }),
    } as Schemas['UpdateAdminSettings']
    update.mutate(body, { onSuccess: () => showToast('The settings were saved.') })
  }
  return (
    <form
      className={sheet.block}
      onSubmit={(event) => {
        event.preventDefault()
        submit()
      }}
    >
      <header>
        <h2>Accounts and mail</h2>
        {one.updatedAt !== null && (
          <span className="faint">
            changed <Ago at={one.updatedAt} />
          </span>
        )}
      </header>
      <div className={sheet.fields}>
        <SelectField
          label="Who can register"
          help={one.registrationLocked ? 'The environment has closed registration.' : undefined}
          disabled={one.registrationLocked}
          error={problem?.of('registration')}
          value={form.registration}
          onChange={({ target }) => set({ registration: target.value as Mode })}
        >
          {Object.entries(MODES).map(([id, name]) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </SelectField>
        <SelectField
          label="Plan of new accounts"
          value={form.defaultPlan}
          onChange={({ target }) => set({ defaultPlan: target.value as Settings['defaultPlan'] })}
        >
          {PLANS.map((plan) => (
            <option key={plan}>{plan}</option>
          ))}
        </SelectField>
        <TextField
          label="Sender of mails"
          help="Without a text, the default"
          maxLength={200}
          error={problem?.of('mailFrom')}
          value={form.mailFrom}
          onChange={({ target }) => set({ mailFrom: target.value })}
        />
      </div>
      <PlanTable
        title="Retention in days"
        about="What is older is deleted. An emptied field restores the default."
        labels={RETENTION_LABELS}
        form={retention}
        most={3_650}
        none="forever"
        onChange={setRetention}
      />
      <PlanTable
        title="Limits of the plans"
        about="An emptied field restores the default."
        labels={LIMIT_LABELS}
        form={limits}
        most={1_000_000_000_000_000}
        none="none"
        onChange={setLimits}
      />
      {problem && <ProblemNote problem={problem} />}
      <div className={sheet.buttons}>
        <Button type="submit" look="primary" busy={update.isPending}>
          Save the settings
        </Button>
        {problem?.status === 412 && <Button onClick={onReload}>Load the current settings</Button>}
      </div>
    </form>
  )
}
