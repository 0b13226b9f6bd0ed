// All types of tasks, in the order that the API lists them.
import { codeGenerationType, debuggingType } from './code.ts'
import { customType } from './custom.ts'
import { dataAnalysisType } from './data-analysis.ts'
import { researchType } from './research.ts'
import type { TaskType, TaskTypeName } from './task-type.ts'
import { documentationType, websiteCreationType } from './writing.ts'

const TYPES: readonly TaskType[] = [
  researchType,
  codeGenerationType,
  websiteCreationType,
  dataAnalysisType,
  debuggingType,
  documentationType,
  customType,
]

export const OFFERED_TYPES = TYPES.map(({ name }) => name) as [TaskTypeName, ...TaskTypeName[]]

export const listedTypes = (): readonly TaskType[] => TYPES

export function typeOf(name: string): TaskType {
  const found = TYPES.find((type) => type.name === name)
  if (found === undefined) throw new Error(`The task type ${name} does not exist`)
  return found
}
