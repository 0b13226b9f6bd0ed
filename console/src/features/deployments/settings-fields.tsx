import { useState } from 'react'
import { SettingsForm } from '../../ui/form/settings-form.tsx'
import styles from './form.module.css'
import { settingsOf } from './model/form.ts'
import type { Platform } from './queries.ts'
import { HeadersField, RedirectsField } from './rules-field.tsx'

type Props = {
  platform: Platform
  settings: Record<string, unknown>
  errorOf: (path: string) => string | undefined
  onChange: (settings: Record<string, unknown>) => void
}

/** The settings that the platform takes, as the server describes them. */
export function SettingsFields({ platform, settings, errorOf, onChange }: Props) {
  const [wasSet] = useState(() => Object.keys(settings).length > 0)
  const set = (name: string, value: unknown) => {
    const { [name]: _, ...others } = settings
    onChange(value === undefined ? others : { ...others, [name]: value })
  }
  const byPath = Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [`settings/${name}`, value]),
  )
  return (
    <details className={styles.more} open={wasSet}>
      <summary>Settings of {platform.name}</summary>
      <div className={styles.fields}>
        <SettingsForm
          settings={settingsOf(platform.settingsSchema)}
          isUnfolded
          values={byPath}
          errorOf={errorOf}
          onChange={(next) =>
            onChange({
              ...Object.fromEntries(
                Object.entries(settings).filter(([name]) => name === 'headers' || name === 'redirects'),
              ),
              ...Object.fromEntries(
                Object.entries(next)
                  .filter(([path]) => path !== 'settings/headers' && path !== 'settings/redirects')
                  .map(([path, value]) => [path.slice('settings/'.length), value]),
              ),
            })
          }
        />
        {platform.settings.includes('redirects') && (
          <RedirectsField
            value={settings.redirects}
            error={errorOf('settings/redirects')}
            onChange={(rules) => set('redirects', rules)}
          />
        )}
        {platform.settings.includes('headers') && (
          <HeadersField
            value={settings.headers}
            error={errorOf('settings/headers')}
            onChange={(rules) => set('headers', rules)}
          />
        )}
      </div>
    </details>
  )
}
