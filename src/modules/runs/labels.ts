// How tags and fields of metadata are written in `run_labels`, so that one index finds runs by either.
import type { RunSpec } from '../../objects/workflow-run.ts'

export const labelOfTag = (tag: string): string => `tag:${tag}`

/** `field` is `name:value`; numbers and booleans are found by their text. */
export const labelOfField = (field: string): string => `field:${field}`

export const labelsOf = ({ tags = [], metadata = {} }: Pick<RunSpec, 'tags' | 'metadata'>): string[] => [
  ...tags.map(labelOfTag),
  ...Object.entries(metadata).map(([name, value]) => labelOfField(`${name}:${value}`)),
]
