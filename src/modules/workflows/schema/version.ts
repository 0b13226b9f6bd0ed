import * as z from 'zod'
import { listQuery, pageOf } from '../../../http/pagination.ts'
import { ErrorDetail } from '../../../http/problem.ts'
import { StoredTriggers, TriggersInput } from '../../triggers/index.ts'
import { Validation } from './validate.ts'
import { Definition, DefinitionInput, Note } from './workflow.ts'

const summary = {
  workflowId: z.string(),
  version: z.int(),
  current: z.boolean(),
  note: z.string(),
  createdBy: z.string(),
  createdAt: z.iso.datetime(),
}

export const WorkflowVersionSummary = z.strictObject(summary).meta({ id: 'WorkflowVersionSummary' })
export type WorkflowVersionSummary = z.infer<typeof WorkflowVersionSummary>

export const WorkflowVersion = z
  .strictObject({ ...summary, definition: Definition, triggers: StoredTriggers })
  .meta({ id: 'WorkflowVersion' })
export type WorkflowVersion = z.infer<typeof WorkflowVersion>

export const WorkflowVersionPage = pageOf(WorkflowVersionSummary).meta({ id: 'WorkflowVersionPage' })

export const ListVersions = listQuery(['-version', 'version'], {})
export type ListVersions = z.infer<typeof ListVersions>

const VersionNumber = z.coerce.number().int().min(1).max(1_000_000_000)
export const VersionParam = z.object({ id: z.string(), version: VersionNumber })
export const DiffQuery = z.strictObject({ from: VersionNumber, to: VersionNumber })
export type DiffQuery = z.infer<typeof DiffQuery>

export const Difference = z
  .strictObject({
    path: z.string(),
    kind: z.enum(['added', 'removed', 'changed']),
    before: z.unknown().optional(),
    after: z.unknown().optional(),
  })
  .meta({ id: 'WorkflowDifference' })
export type Difference = z.infer<typeof Difference>

const named = (name: string) =>
  z.strictObject({
    added: z.array(z.string()),
    removed: z.array(z.string()),
    changed: z.array(z.strictObject({ [name]: z.string(), changes: z.array(Difference) })),
  })

export const WorkflowDiff = z
  .strictObject({
    from: z.int(),
    to: z.int(),
    same: z.boolean(),
    nodes: named('id'),
    edges: z.strictObject({
      added: z.array(z.unknown()),
      removed: z.array(z.unknown()),
      changed: z.array(z.strictObject({ edge: z.unknown(), changes: z.array(Difference) })),
    }),
    settings: z.array(Difference),
    triggers: named('key'),
    /** Inputs, output, name and the other fields besides the nodes. */
    other: z.array(Difference),
  })
  .meta({ id: 'WorkflowDiff' })
export type WorkflowDiff = z.infer<typeof WorkflowDiff>

export const SaveDraft = z
  .strictObject({
    definition: DefinitionInput,
    triggers: TriggersInput.optional().describe('If omitted, the triggers of the current version are kept.'),
    baseVersion: z
      .int()
      .min(1)
      .optional()
      .describe('The version that the draft is based on. Default: the current version.'),
    note: Note.default(''),
  })
  .meta({ id: 'SaveDraft' })
export type SaveDraft = z.infer<typeof SaveDraft>

/** A draft may be invalid. */
export const Draft = z
  .strictObject({
    workflowId: z.string(),
    baseVersion: z.int(),
    definition: z.record(z.string(), z.unknown()),
    triggers: z.array(z.record(z.string(), z.unknown())),
    note: z.string(),
    ...Validation.shape,
    problems: z.array(ErrorDetail),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'WorkflowDraft' })
export type Draft = z.infer<typeof Draft>
