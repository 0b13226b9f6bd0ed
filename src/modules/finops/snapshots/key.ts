/** The key of a row of costs or usage, as it is stored. An empty text means no value. */
export type SnapshotKey = {
  date: string
  provider: string
  gpuType: string
  service: string
  resource: string
  source: string
  line: string
}

export type KeyInput = {
  date: string
  provider: string
  gpuType?: string | undefined
  service?: string | undefined
  resource?: string | undefined
  source: string
  line?: string | undefined
}

export const keyOf = (input: KeyInput): SnapshotKey => ({
  date: input.date,
  provider: input.provider,
  gpuType: input.gpuType ?? '',
  service: input.service ?? '',
  resource: input.resource ?? '',
  source: input.source,
  line: input.line ?? '',
})

/** In the order of the unique index. */
export const keyValues = (teamId: string, key: SnapshotKey): string[] => [
  teamId,
  key.date,
  key.provider,
  key.gpuType,
  key.service,
  key.resource,
  key.source,
  key.line,
]

export const KEY_COLUMNS = 'team_id, date, provider, gpu_type, service, resource, source, line'
