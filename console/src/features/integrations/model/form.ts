// The values of the form of an integration, as the API takes them, and the places of its errors.
import type { Setting } from '../../../ui/form/setting.ts'
import type { TypeDescription } from './types.ts'

export type Values = Record<string, unknown>

/** Fields of `custom` providers, whose addresses are known for all others. */
const OF_CUSTOM = ['authorizationUrl', 'tokenUrl']

/** The fields of the form. For a consent, they depend on the chosen provider. */
export function settingsOf({ fields, needsConsent }: TypeDescription, values: Values = {}): Setting[] {
  const isCustom = (values['config/provider'] ?? 'custom') === 'custom'
  return fields
    .filter(({ name }) => !needsConsent || isCustom || !OF_CUSTOM.includes(name))
    .map(({ name, in: place, isSecret, isRequired, description, schema }) => ({
      path: `${place}/${name}`,
      ...{ name, description, schema, isSecret },
      isRequired: isRequired || (needsConsent && (name === 'provider' || OF_CUSTOM.includes(name))),
      isUsual: needsConsent && isSecret,
    }))
}

/** The values that a new form has. */
export const initialValues = (type: TypeDescription): Values =>
  Object.fromEntries(
    settingsOf(type).flatMap(({ path, isRequired, schema }) => {
      const { default: usual } = schema as { default?: unknown }
      return isRequired && usual !== undefined ? [[path, usual]] : []
    }),
  )

const inPlace = (values: Values, place: string): Values =>
  Object.fromEntries(
    Object.entries(values)
      .filter(([path]) => path.startsWith(`${place}/`))
      .map(([path, value]) => [path.slice(place.length + 1), value]),
  )

/** A value that the form no longer shows is not sent. */
export const shownOf = (type: TypeDescription, values: Values): Values => {
  const shown = new Set(settingsOf(type, values).map(({ path }) => path))
  return Object.fromEntries(Object.entries(values).filter(([path]) => shown.has(path)))
}

export const bodyOf = (values: Values) => ({
  config: inPlace(values, 'config'),
  secrets: inPlace(values, 'secrets') as Record<string, string>,
})

export const valuesOfConfig = (config: Readonly<Record<string, unknown>>): Values =>
  Object.fromEntries(Object.entries(config).map(([name, value]) => [`config/${name}`, value]))

/** The fields that differ; null removes one. Secrets that were not typed stay. */
export function changesOf(config: Readonly<Record<string, unknown>>, values: Values) {
  const { config: next, secrets } = bodyOf(values)
  const changed = Object.entries(next).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(config[name]),
  )
  const removed = Object.keys(config)
    .filter((name) => !(name in next))
    .map((name) => [name, null])
  const changes = Object.fromEntries([...changed, ...removed])
  return {
    ...(Object.keys(changes).length > 0 && { config: changes as Record<string, unknown> }),
    ...(Object.keys(secrets).length > 0 && { secrets }),
  }
}

type FieldError = { path?: string; message: string; code?: string }

/** The error at a field, or inside it: `/allowedHosts/0` belongs to `allowedHosts`. */
export const errorAt = (errors: readonly FieldError[], path: string): string | undefined =>
  errors.find((one) => one.path === `/${path}` || one.path?.startsWith(`/${path}/`))?.message

/** Whether each error is shown at one of these fields. */
export const areAllAt = (errors: readonly FieldError[], paths: readonly string[]): boolean =>
  errors.length > 0 &&
  errors.every((one) =>
    paths.some((path) => one.path === `/${path}` || one.path?.startsWith(`/${path}/`) === true),
  )

/** The secrets that must be typed again, because the change would send them to another host. */
export const secretsAskedAgain = (errors: readonly FieldError[]): string[] =>
  errors.flatMap(({ path, code }) =>
    code === 'secret_required' && path?.startsWith('/secrets/') ? [path.slice('/secrets/'.length)] : [],
  )
