// How and when the user is notified. Each change is saved immediately.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { call, type Schemas } from '../../api/client.ts'
import { Button } from '../../ui/kit/button.tsx'
import { CheckField, SelectField, TextField } from '../../ui/kit/field.tsx'
import { ALWAYS, KIND_NAMES, KINDS, type Kind } from '../notifications/index.ts'
import { MutedWorkflows } from './muted-workflows.tsx'
import styles from './notifications.module.css'
import { fieldsOf, Loaded, Section } from './section.tsx'

type Settings = Schemas['NotificationSettings']
type Preferences = Schemas['Preferences']
type Update = Schemas['UpdateNotificationSettings']

const CHANNELS = { inApp: 'In the list', mail: 'E-mail', webhook: 'Webhook' } as const
type Channel = keyof typeof CHANNELS

const SETTINGS = ['notification-settings']
const PREFERENCES = ['preferences']

export function Notifications() {
  const settings = useQuery({ queryKey: SETTINGS, queryFn: () => call('GET /users/notifications/settings') })
  const preferences = useQuery({ queryKey: PREFERENCES, queryFn: () => call('GET /users/preferences') })
  return (
    <Loaded query={settings}>
      {(one) => <Loaded query={preferences}>{(other) => <Page settings={one} preferences={other} />}</Loaded>}
    </Loaded>
  )
}

const SAVING = ['save-notification-settings']

/** A change is shown at once, and what the server has when the last change is saved. */
function useSave() {
  const cache = useQueryClient()
  const onSettled = () => {
    if (cache.isMutating({ mutationKey: SAVING }) > 1) return
    void cache.invalidateQueries({ queryKey: PREFERENCES })
    void cache.invalidateQueries({ queryKey: SETTINGS })
  }
  const settings = useMutation({
    mutationKey: SAVING,
    mutationFn: (body: Update) => call('PUT /users/notifications/settings', { body }),
    onSettled,
  })
  const preferences = useMutation({
    mutationKey: SAVING,
    mutationFn: (body: Schemas['UpdatePreferences']) => call('PUT /users/preferences', { body }),
    onSettled,
  })
  return {
    settings: (update: Update) => {
      void cache.cancelQueries({ queryKey: SETTINGS })
      cache.setQueryData<Settings>(SETTINGS, (old) => old && withUpdate(old, update))
      settings.mutate(update)
    },
    preferences: ({ notifications, ...others }: Schemas['UpdatePreferences']) => {
      void cache.cancelQueries({ queryKey: PREFERENCES })
      cache.setQueryData<Preferences>(
        PREFERENCES,
        (old) => old && { ...old, ...others, notifications: { ...old.notifications, ...notifications } },
      )
      preferences.mutate({ ...others, ...(notifications && { notifications }) })
    },
  }
}

function withUpdate(old: Settings, { kinds = {}, ...others }: Update): Settings {
  const merged = { ...old.kinds }
  for (const [kind, channels] of Object.entries(kinds) as [Kind, object][])
    merged[kind] = { ...merged[kind], ...channels } as Settings['kinds'][Kind]
  return { ...old, ...others, kinds: merged }
}

function Page({ settings, preferences }: { settings: Settings; preferences: Preferences }) {
  const save = useSave()
  const { email, inApp, digest } = preferences.notifications
  const hasMail = settings.mail && email
  const setGeneral = (notifications: Partial<Preferences['notifications']>) =>
    save.preferences({ notifications })
  return (
    <>
      <Section
        title="Notifications"
        about="Security notices, invitations and approvals are always sent at once."
      >
        <CheckField
          label="Show notifications in the list"
          checked={inApp}
          onChange={(event) => setGeneral({ inApp: event.target.checked })}
        />
        <CheckField
          label="Send e-mails"
          help={
            settings.timezone === '' ? undefined : `Times below are in ${settings.timezone}, your time zone.`
          }
          checked={hasMail}
          onChange={({ target }) => {
            save.settings({ mail: target.checked })
            if (target.checked && !email) setGeneral({ email: true })
          }}
        />
        <TimeZone value={preferences.timezone} onChange={(timezone) => save.preferences({ timezone })} />
        <SelectField
          label="Collect e-mails"
          value={digest}
          disabled={!hasMail}
          onChange={(event) => setGeneral({ digest: event.target.value as typeof digest })}
        >
          <option value="off">No, send each at once</option>
          <option value="daily">One a day, at 08:00</option>
          <option value="weekly">One a week, on Mondays at 08:00</option>
        </SelectField>
        <QuietHours settings={settings} onSave={(quietHours) => save.settings({ quietHours })} />
      </Section>
      <Section
        title="What you hear about"
        about="Webhook sends the notification to the webhooks of the team that it is about."
      >
        <Kinds
          settings={settings}
          off={{ inApp: !inApp, mail: !hasMail, webhook: false }}
          onChange={(kind, channel, isOn) => save.settings({ kinds: { [kind]: { [channel]: isOn } } })}
        />
      </Section>
      <MutedWorkflows
        ids={settings.mutedWorkflows}
        onChange={(mutedWorkflows) => save.settings({ mutedWorkflows })}
      />
    </>
  )
}

const ZONES = ['UTC', ...Intl.supportedValuesOf('timeZone')]

function TimeZone({ value, onChange }: { value: string; onChange: (zone: string) => void }) {
  const known = ZONES.includes(value) ? ZONES : [value, ...ZONES]
  return (
    <SelectField label="Your time zone" value={value} onChange={(event) => onChange(event.target.value)}>
      {known.map((zone) => (
        <option key={zone}>{zone}</option>
      ))}
    </SelectField>
  )
}

type QuietProps = { settings: Settings; onSave: (hours: { from: string; to: string } | null) => void }

function QuietHours({ settings: { quietHours }, onSave }: QuietProps) {
  const [isOn, setOn] = useState(quietHours !== null)
  return (
    <>
      <CheckField
        label="Quiet hours: e-mails wait until they end"
        checked={isOn}
        onChange={({ target }) => {
          setOn(target.checked)
          if (!target.checked && quietHours !== null) onSave(null)
        }}
      />
      {isOn && (
        <form
          className={styles.hours}
          onSubmit={(event) => {
            const { from = '', to = '' } = fieldsOf(event)
            onSave({ from, to })
          }}
        >
          <TextField
            label="From"
            name="from"
            type="time"
            required
            defaultValue={quietHours?.from ?? '22:00'}
          />
          <TextField label="To" name="to" type="time" required defaultValue={quietHours?.to ?? '07:00'} />
          <Button type="submit">Save the hours</Button>
        </form>
      )}
    </>
  )
}

type KindsProps = {
  settings: Settings
  /** Channels that are turned off for all kinds. */
  off: Record<Channel, boolean>
  onChange: (kind: Kind, channel: Channel, isOn: boolean) => void
}

function Kinds({ settings, off, onChange }: KindsProps) {
  const channels = Object.entries(CHANNELS) as [Channel, string][]
  return (
    <table className={styles.kinds}>
      <thead>
        <tr>
          <th scope="col">When</th>
          {channels.map(([channel, name]) => (
            <th key={channel} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {KINDS.map((kind) => (
          <tr key={kind}>
            <th scope="row">{KIND_NAMES[kind]}</th>
            {channels.map(([channel, name]) => {
              const isFixed = ALWAYS.includes(kind) && channel !== 'webhook'
              const isOn = settings.kinds[kind]?.[channel] ?? false
              return (
                <td key={channel}>
                  <input
                    type="checkbox"
                    aria-label={`${KIND_NAMES[kind]}: ${name}`}
                    title={isFixed ? 'It cannot be turned off' : undefined}
                    checked={isOn && (isFixed || !off[channel])}
                    disabled={isFixed || off[channel]}
                    onChange={(event) => onChange(kind, channel, event.target.checked)}
                  />
                </td>
              )
            })}
          </tr>
        ))}
      </tbody>
    </table>
  )
}
