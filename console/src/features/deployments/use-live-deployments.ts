import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { follow } from '../../api/live.ts'
import { isActive } from './model/filter.ts'
import { type Progress, progressIn } from './model/log.ts'
import type { Deployment } from './queries.ts'

const SETTLE_MS = 400
/** A socket follows a hundred channels at most, and other parts of the page need some. */
const MAX_FOLLOWED = 30

/** The rows as they are now: active deployments report their progress, and new ones appear. */
export function useLiveDeployments(rows: readonly Deployment[]): Deployment[] {
  const cache = useQueryClient()
  const [news, setNews] = useState<ReadonlyMap<string, Progress>>(new Map())
  const active = rows
    .filter(({ status }) => isActive(status))
    .slice(0, MAX_FOLLOWED)
    .map(({ id }) => id)
    .join(' ')
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const refresh = () => {
      timer ??= setTimeout(() => {
        timer = undefined
        void cache.invalidateQueries({ queryKey: ['deployments', 'list'] })
      }, SETTLE_MS)
    }
    const stops = [
      follow('changes', {
        onEvent: ({ type }) => {
          if (type.startsWith('deployment.')) refresh()
        },
        onReset: refresh,
      }),
      ...active
        .split(' ')
        .filter((id) => id !== '')
        .map((id) =>
          follow(`deployment:${id}`, {
            onEvent: (event) => {
              const progress = progressIn(event)
              if (progress === null) return
              setNews((old) => new Map(old).set(id, progress))
              if (!isActive(progress.status)) refresh()
            },
          }),
        ),
    ]
    return () => {
      clearTimeout(timer)
      for (const stop of stops) stop()
    }
  }, [cache, active])
  return rows.map((row) => {
    const progress = news.get(row.id)
    if (progress === undefined || !isActive(row.status)) return row
    return { ...row, status: progress.status as Deployment['status'], files: progress.files }
  })
}
