// The namespace of hosts as one host sees it. Runs of this host call each other without leaving the object: if an
// object is reset while it waits for a call to itself, the whole process is lost.
import { setTimeout as pause } from 'node:timers/promises'
import type { RunCall, RunHostNamespace } from '../../../src/objects/workflow-run.ts'

type Call = (runId: string, name: RunCall, args: unknown[]) => Promise<unknown>

export function localFirst(runs: RunHostNamespace, own: DurableObjectId, call: Call): RunHostNamespace {
  const local = {
    call: async (runId: string, name: RunCall, args: unknown[]): Promise<unknown> => {
      await pause(0)
      return structuredClone(await call(runId, name, structuredClone(args)))
    },
  }
  const get = (id: DurableObjectId) => (id.equals(own) ? local : runs.get(id))
  return { idFromName: (name: string) => runs.idFromName(name), get } as unknown as RunHostNamespace
}
