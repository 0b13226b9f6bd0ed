import * as z from 'zod'
import { ReadDocument } from './document.ts'

export const ValidateWorkflow = ReadDocument.extend({
  definition: z.unknown().describe('An object, or a text that holds one as JSON or YAML.'),
  triggers: z.unknown().optional(),
}).meta({ id: 'ValidateWorkflow' })

export const WorkflowProblem = z
  .strictObject({
    path: z.string(),
    code: z.string(),
    message: z.string(),
    hint: z.string().optional(),
  })
  .meta({ id: 'WorkflowProblem' })

export const Validation = z
  .strictObject({ valid: z.boolean(), problems: z.array(WorkflowProblem) })
  .meta({ id: 'WorkflowValidation' })
export type Validation = z.infer<typeof Validation>
