import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { follow } from '../../api/live.ts'
import { isActive } from './model/filter.ts'
import { type Line, progressIn } from './model/log.ts'
import type { Deployment } from './queries.ts'

/** Changes the shown deployment while it happens, and returns the new lines of its log. */
export function useLiveDeployment(id: string): ReadonlyMap<number, Line> {
  const cache = useQueryClient()
  const [lines, setLines] = useState<ReadonlyMap<number, Line>>(new Map())
  useEffect(() => {
    setLines(new Map())
    const refresh = () => {
      void cache.invalidateQueries({ queryKey: ['deployments', 'one', id] })
      void cache.invalidateQueries({ queryKey: ['deployments', 'log', id] })
      void cache.invalidateQueries({ queryKey: ['deployments', 'files', id] })
      // It may be the public one from now on.
      void cache.invalidateQueries({ queryKey: ['deployments', 'list'] })
    }
    return follow(`deployment:${id}`, {
      onEvent: (event) => {
        const progress = progressIn(event)
        if (progress === null) return refresh()
        const { status, files } = progress
        cache.setQueryData<Deployment>(
          ['deployments', 'one', id],
          // An ended deployment is known with everything; an older event adds nothing.
          (old) =>
            old && (isActive(old.status) ? { ...old, status: status as Deployment['status'], files } : old),
        )
        setLines((old) => new Map([...old, ...progress.lines.map((line) => [line.seq, line] as const)]))
        if (!isActive(status)) refresh()
      },
      onReset: refresh,
    })
  }, [cache, id])
  return lines
}
