// The form of a new deployment, and the body that the API takes.
import type { Setting } from '../../../ui/form/setting.ts'

export const SOURCES = ['prefix', 'zip', 'files', 'runId'] as const
export type SourceKind = (typeof SOURCES)[number]

export type Form = {
  platform: string
  integrationId: string
  project: string
  kind: SourceKind
  prefix: string
  zip: string
  files: { file: string; path: string }[]
  runId: string
  base: string
  production: boolean
  settings: Record<string, unknown>
  message: string
  whenBusy: 'queue' | 'replace'
}

export const EMPTY: Form = {
  platform: '',
  integrationId: '',
  project: '',
  kind: 'prefix',
  prefix: '',
  zip: '',
  files: [],
  runId: '',
  base: '',
  production: false,
  settings: {},
  message: '',
  whenBusy: 'queue',
}

type Earlier = {
  platform: string
  integrationId: string
  project: string
  environment: string
  source: unknown
  settings: unknown
}

type StoredFile = string | { file?: string; $file?: string; path?: string }
type Source = { prefix?: string; zip?: string; files?: StoredFile[]; runId?: string; base?: string }

const fileOf = (one: StoredFile): { file: string; path: string } =>
  typeof one === 'string'
    ? { file: one, path: '' }
    : { file: one.file ?? one.$file ?? '', path: one.path ?? '' }

/** The same project and settings once more, with a message of its own. */
export function formLike({ platform, integrationId, project, environment, ...earlier }: Earlier): Form {
  const source = (earlier.source ?? {}) as Source
  const kind = SOURCES.find((one) => source[one] !== undefined) ?? 'prefix'
  return {
    ...EMPTY,
    ...{ platform, integrationId, project, kind },
    prefix: source.prefix ?? '',
    zip: source.zip ?? '',
    files: source.files?.map(fileOf) ?? [],
    runId: source.runId ?? '',
    base: source.base ?? '',
    production: environment === 'production',
    settings: { ...(earlier.settings as Record<string, unknown>) },
  }
}

function sourceOf({ kind, prefix, zip, files, runId, base }: Form) {
  const inside = base.trim() === '' ? {} : { base: base.trim() }
  if (kind === 'prefix') return { prefix: prefix.trim() }
  if (kind === 'zip') return { zip, ...inside }
  if (kind === 'runId') return { runId: runId.trim(), ...inside }
  return {
    files: files.map(({ file, path }) => (path.trim() === '' ? file : { file, path: path.trim() })),
    ...inside,
  }
}

type Platform = { previews: boolean; settings: readonly string[] }

/** What a plan and a deployment have in common. Settings of another platform are left out. */
export function targetOf(form: Form, { previews, settings: known }: Platform) {
  const settings = Object.fromEntries(Object.entries(form.settings).filter(([name]) => known.includes(name)))
  return {
    platform: form.platform as 'vercel',
    integrationId: form.integrationId,
    project: form.project.trim(),
    source: sourceOf(form),
    // Without previews, every deployment is public.
    production: previews ? form.production : true,
    ...(Object.keys(settings).length > 0 && { settings }),
  }
}

export const bodyOf = (form: Form, platform: Platform) => ({
  ...targetOf(form, platform),
  ...(form.message.trim() !== '' && { message: form.message.trim() }),
  whenBusy: form.whenBusy,
})

export const hasSource = ({ kind, ...form }: Form): boolean =>
  kind === 'files' ? form.files.length > 0 : form[kind].trim() !== ''

type SettingsSchema = { properties?: Record<string, { description?: string }> }

/** The settings of a platform that a field of the form can hold; headers and redirects have their own. */
export const settingsOf = (schema: unknown): Setting[] =>
  Object.entries((schema as SettingsSchema).properties ?? {})
    .filter(([name]) => name !== 'headers' && name !== 'redirects')
    .map(([name, { description = '', ...field }]) => ({
      path: `settings/${name}`,
      ...{ name, description, schema: field, isRequired: false, isSecret: false },
    }))
