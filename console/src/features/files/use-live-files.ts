import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { follow } from '../../api/live.ts'

const SETTLE_MS = 400

/** Loads files again when somebody, or a run, has changed one. */
export function useLiveFiles(): void {
  const cache = useQueryClient()
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const refresh = () => {
      timer = undefined
      void cache.invalidateQueries({ queryKey: ['files'] })
    }
    const stop = follow('changes', {
      onEvent: ({ type }) => {
        if (type.startsWith('file')) timer ??= setTimeout(refresh, SETTLE_MS)
      },
      onReset: refresh,
    })
    return () => {
      stop()
      clearTimeout(timer)
    }
  }, [cache])
}
