// Files of the run's team. Each write has a key, derived from the activation, and happens once per key.
import type { RequestContext } from '../../../src/context.ts'
import { AppError } from '../../../src/core/errors.ts'
import {
  deleteTeamFile,
  isTextType,
  listTeamFiles,
  openTeamFile,
  writeTeamFile,
} from '../../../src/modules/files/index.ts'
import { NodeFailure } from '../../../src/nodes/node.ts'
import type { FilesPort } from '../../../src/nodes/ports.ts'
import { ask } from './binding.ts'

const SERVICE = 'The file storage'

export type FilesScope = { context: RequestContext; teamId: string; startedBy: string | null }

export function filesPort({ context, teamId, startedBy }: FilesScope): FilesPort {
  const open = async (file: string) => {
    const found = await ask(SERVICE, () => openTeamFile(context, teamId, file))
    if (found === null) throw refuse('file.not_found', `The team has no file ${file}`)
    return found
  }
  return {
    find: async (file) => (await open(file)).ref,
    read: async (file, maxBytes) => {
      const { ref, content } = await open(file)
      if (ref.sizeBytes > maxBytes)
        throw refuse(
          'data.too_large',
          `${ref.name} has ${ref.sizeBytes} bytes; at most ${maxBytes} can be read into a run. Pass the file on as it is.`,
        )
      const bytes = await ask(
        SERVICE,
        async () => new Uint8Array(await new Response(await content.open()).arrayBuffer()),
      )
      return { ref, bytes, isText: isTextType(ref.type) }
    },
    write: (file, key) =>
      refusing(() =>
        ask(SERVICE, () =>
          writeTeamFile(context, { ...file, teamId, userId: startedBy, operationId: `node ${key}` }),
        ),
      ),
    list: (query) => ask(SERVICE, () => listTeamFiles(context, teamId, query)),
    remove: (file) => refusing(() => ask(SERVICE, () => deleteTeamFile(context, teamId, file))),
  }
}

/** A refusal fails the node. Errors of outbound calls are handled by the HTTP port. */
async function refusing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof AppError) || error.code.startsWith('outbound.')) throw error
    throw refuse(error.code, error.message)
  }
}

const refuse = (code: string, message: string): NodeFailure =>
  new NodeFailure({ code, message, retryable: false })
