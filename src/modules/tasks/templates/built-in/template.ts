import type { TaskTemplate } from '../schema.ts'

export type BuiltInTemplate = Pick<
  TaskTemplate,
  'id' | 'name' | 'description' | 'type' | 'variables' | 'task'
>

/** The schema of a variable that is a text. */
export const text = (description: string, more: Record<string, unknown> = {}) => ({
  type: 'string',
  minLength: 1,
  description,
  ...more,
})
