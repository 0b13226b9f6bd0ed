import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { follow, type TeamEvent } from '../../api/live.ts'
import type { RunFilter } from './model/filter.ts'
import { type Change, changeOf, joined, type LiveChange } from './model/rows.ts'

const SETTLE_MS = 400

/** Applies live changes to rows, and collects the runs that have joined the list since it was loaded. Another filter starts anew. */
export function useLiveRows(filter: RunFilter) {
  const cache = useQueryClient()
  const current = useRef(filter)
  current.current = filter
  const listKey = JSON.stringify(filter)
  const [changes, setChanges] = useState<ReadonlyMap<string, LiveChange>>(new Map())
  const [fresh, setFresh] = useState<ReadonlySet<string>>(new Set())

  useEffect(() => {
    let waiting: Change[] = []
    let timer: ReturnType<typeof setTimeout> | undefined
    const flush = () => {
      timer = undefined
      const taken = waiting
      waiting = []
      setChanges((old) => new Map([...old, ...taken.map((one) => [one.run.id, changeOf(one)] as const)]))
      setFresh((old) => joined(old, taken, current.current))
      if (taken.some((one) => isEnd(one.type))) void cache.invalidateQueries({ queryKey: ['runs', 'counts'] })
    }
    setChanges(new Map())
    setFresh(new Set())
    const stop = follow('runs', {
      onEvent: (event) => {
        if (!isRunEvent(event as TeamEvent)) return
        waiting.push(event as unknown as Change)
        timer ??= setTimeout(flush, SETTLE_MS)
      },
      onReset: () => void cache.invalidateQueries({ queryKey: ['runs'] }),
    })
    return () => {
      stop()
      clearTimeout(timer)
    }
  }, [cache, listKey])

  return { changes, fresh, forget: () => setFresh(new Set()) }
}

const isRunEvent = (event: TeamEvent): boolean => event.type.startsWith('run.')
const isEnd = (type: string): boolean => ['run.succeeded', 'run.failed', 'run.cancelled'].includes(type)
