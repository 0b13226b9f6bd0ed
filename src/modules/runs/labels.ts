// How `run_labels` stores tags and metadata fields, so that one index finds runs by either.
import type { RunSpec } from '../../objects/run-spec.ts'

export const labelOfTag = (tag: string): string => `tag:${tag}`

/** `field` is `name:value`. Numbers and booleans are stored as text. */
export const labelOfField = (field: string): string => `field:${field}`

export const labelsOf = ({ tags = [], metadata = {} }: Pick<RunSpec, 'tags' | 'metadata'>): string[] => [
  ...tags.map(labelOfTag),
  ...Object.entries(metadata).map(([name, value]) => labelOfField(`${name}:${value}`)),
]
