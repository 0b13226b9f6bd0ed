// The steps of a deployment's run, as its nodes call them.
import { check } from './check.ts'
import { compare } from './compare.ts'
import { prepare } from './prepare.ts'
import { publish } from './publish.ts'
import { openStep, type Step, type StepResult, type StepScope } from './step.ts'
import { upload } from './upload.ts'

export type { StepResult, StepScope } from './step.ts'

const STEPS = { prepare, compare, upload, publish, check } satisfies Record<
  string,
  (scope: StepScope, step: Step) => Promise<StepResult>
>

export type StepName = keyof typeof STEPS

export const stepDeployment = async (scope: StepScope, name: StepName): Promise<StepResult> =>
  STEPS[name](scope, await openStep(scope))
