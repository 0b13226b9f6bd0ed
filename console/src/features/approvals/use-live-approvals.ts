import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { follow } from '../../api/live.ts'

const SETTLE_MS = 300

/** A run that starts or stops waiting may have a new or a decided approval. */
export function useLiveApprovals(): void {
  const cache = useQueryClient()
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const refresh = () => {
      timer = undefined
      void cache.invalidateQueries({ queryKey: ['approvals'] })
    }
    const stop = follow('runs', {
      onEvent: ({ type }) => {
        if (type === 'run.progress') return
        timer ??= setTimeout(refresh, SETTLE_MS)
      },
      onReset: refresh,
    })
    return () => {
      stop()
      clearTimeout(timer)
    }
  }, [cache])
}
