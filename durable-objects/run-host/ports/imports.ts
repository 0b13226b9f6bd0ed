// The work of a run of kind `import`: the rows of a file become costs or usage of its team.
import type { RequestContext } from '../../../src/context.ts'
import { AppError } from '../../../src/core/errors.ts'
import { isStorageFailure } from '../../../src/core/storage-failure.ts'
import { stepImport } from '../../../src/modules/finops/index.ts'
import { NodeFailure, PlatformUnavailable } from '../../../src/nodes/node.ts'
import type { ImportsPort } from '../../../src/nodes/ports.ts'
import type { Run } from '../turn/scope.ts'
import { failureOf } from './binding.ts'

export const importsPort = ({ context, run }: { context: RequestContext; run: Run }): ImportsPort => ({
  step: async (signal, progress) => {
    const { kind, teamId, subjectId } = run.spec
    if (kind !== 'import' || subjectId === undefined)
      throw new NodeFailure({ code: 'node.error', message: 'Not an import', retryable: false })
    try {
      return await stepImport({ request: context, teamId, importId: subjectId, signal, progress })
    } catch (error) {
      if (isStorageFailure(error)) throw new PlatformUnavailable('The database', error)
      throw error instanceof AppError ? failureOf(error) : error
    }
  },
})
