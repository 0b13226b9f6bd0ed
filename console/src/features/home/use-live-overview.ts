import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { follow } from '../../api/live.ts'

const SETTLE_MS = 1_000

/** Refreshes changed data, at most once per second. */
export function useLiveOverview(): void {
  const cache = useQueryClient()
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const refresh = () => {
      timer = undefined
      for (const name of ['runs', 'workflows', 'approvals'])
        void cache.invalidateQueries({ queryKey: [name] })
    }
    const onEvent = () => {
      timer ??= setTimeout(refresh, SETTLE_MS)
    }
    const stop = follow('runs', { onEvent })
    return () => {
      stop()
      clearTimeout(timer)
    }
  }, [cache])
}
