import * as z from 'zod'
import { ErrorDetail } from '../../../http/problem.ts'
import { ReadDocument } from './document.ts'

export const ValidateWorkflow = ReadDocument.extend({
  definition: z.unknown().describe('An object, or the same as JSON or YAML text.'),
  triggers: z.unknown().optional(),
}).meta({ id: 'ValidateWorkflow' })

export const Validation = z
  .strictObject({ valid: z.boolean(), problems: z.array(ErrorDetail) })
  .meta({ id: 'WorkflowValidation' })
export type Validation = z.infer<typeof Validation>
