import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { follow } from '../../api/live.ts'

const SETTLE_MS = 400

type Event = { type: string; run?: { id: string } | undefined; data?: unknown }

/** Reads the lists again when tasks change, and the task with this id when it or its run does. */
export function useLiveTasks(id?: string, runId?: string | null): void {
  const cache = useQueryClient()
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const refresh = () => {
      timer = undefined
      if (id === undefined) void cache.invalidateQueries({ queryKey: ['tasks'] })
      else void cache.invalidateQueries({ queryKey: ['task', id] })
    }
    const soon = () => {
      timer ??= setTimeout(refresh, SETTLE_MS)
    }
    const stops = [
      follow(id === undefined ? 'tasks' : `task:${id}`, { onEvent: soon, onReset: soon }),
      // Tasks that are paused or wait have no event of their own, but their runs do.
      follow('runs', {
        onEvent: (event) => {
          const { type, run } = event as Event
          if (type.startsWith('run.') && (id === undefined || run?.id === runId)) soon()
        },
      }),
    ]
    return () => {
      for (const stop of stops) stop()
      clearTimeout(timer)
    }
  }, [cache, id, runId])
}
