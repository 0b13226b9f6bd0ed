// Checks the fields of an integration against its type. All errors are reported at once, each with its path.
import { AppError, type FieldError } from '../../../core/errors.ts'
import { fieldErrors } from '../../../core/field-errors.ts'
import { type Pointer, pointerOf } from '../../../core/pointer.ts'
import { hostFault, readHostPattern } from '../hosts.ts'
import { typeOf } from '../types/index.ts'
import type { IntegrationType } from '../types/type.ts'

export type Fields = { config: Record<string, unknown>; secrets: Record<string, string> }

export function requireType(type: string): IntegrationType {
  const known = typeOf(type)
  if (known === undefined) throw new Error(`The integration type ${type} does not exist`)
  return known
}

/** The fields as the type parses them. */
export function requireFields(type: IntegrationType, fields: Fields): Fields {
  const config = type.config.safeParse(fields.config)
  const secrets = type.secrets.safeParse(fields.secrets)
  if (!config.success || !secrets.success)
    throw invalid([...problemsAt('/config', config.error), ...problemsAt('/secrets', secrets.error)])
  const read = { config: config.data, secrets: secrets.data as Record<string, string> }
  const faults = type.check?.(read.config, read.secrets) ?? []
  if (faults.length > 0)
    throw invalid(
      faults.map((fault) => ({
        path: pointerOf(fault.path.split('.')),
        message: fault.message,
        code: 'custom',
      })),
    )
  return read
}

type Issues = { issues: Parameters<typeof fieldErrors>[0] }

const problemsAt = (place: Pointer, error: Issues | undefined): FieldError[] =>
  fieldErrors(error?.issues ?? []).map((one) => ({ ...one, path: `${place}${one.path ?? ''}` as Pointer }))

/** The hosts to store: the given ones, or else those of the type. */
export function requireHosts(
  type: IntegrationType,
  { config, secrets }: Fields,
  named: readonly string[] | undefined,
  allowHosts: readonly string[],
): string[] {
  const given = named ?? type.hosts(config, secrets)
  const errors: FieldError[] = []
  const hosts = given.map((text, index) => {
    const pattern = readHostPattern(text)
    const fault =
      pattern === null ? 'a host, host:port or *.host is expected' : hostFault(pattern, allowHosts)
    if (fault !== null) errors.push({ path: `/allowedHosts/${index}`, message: fault, code: 'bad_host' })
    return pattern ?? ''
  })
  if (errors.length > 0) throw invalid(errors)
  const sendsSecrets = type.auth !== undefined || type.token !== undefined || type.signsRequests === true
  if (sendsSecrets && hosts.length === 0)
    throw invalid([
      { path: '/allowedHosts', message: 'list the hosts that the secrets may be sent to', code: 'required' },
    ])
  return [...new Set(hosts)]
}

export const invalid = (errors: FieldError[]): AppError =>
  new AppError('request.invalid', {
    detail: errors.map(({ path = '', message }) => `${path.slice(1)}: ${message}.`).join(' '),
    errors,
  })
