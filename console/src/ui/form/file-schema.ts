// Where a JSON Schema names a file of the team: an object with the property `$file`. Runs get it with the name, type and size of the file.

type Schema = { type?: string | string[]; properties?: Record<string, unknown>; items?: unknown }

export type FileReference = { $file: string }

export const isFileSchema = (schema: unknown): boolean =>
  typeof schema === 'object' && schema !== null && (schema as Schema).properties?.$file !== undefined

/** A list of files. */
export const isFileListSchema = (schema: unknown): boolean =>
  typeof schema === 'object' && schema !== null && isFileSchema((schema as Schema).items)

export const isFileReference = (value: unknown): value is FileReference =>
  typeof value === 'object' && value !== null && typeof (value as FileReference).$file === 'string'
