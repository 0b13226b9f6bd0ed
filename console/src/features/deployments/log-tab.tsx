import { useEffect, useMemo, useRef } from 'react'
import { asProblem } from '../../api/problem.ts'
import { bytes, clock, exact } from '../../ui/format/time.ts'
import { More } from '../../ui/kit/more.tsx'
import { ProblemNote, Skeleton } from '../../ui/kit/page.tsx'
import styles from './deployment.module.css'
import { hasGap, type Line, merged } from './model/log.ts'
import { useLog } from './queries.ts'

type Props = { id: string; live: ReadonlyMap<number, Line>; isActive: boolean }

const NEAR_END_PX = 40

/** New lines stay in view, unless the reader has scrolled up. */
export function LogTab({ id, live, isActive }: Props) {
  const log = useLog(id)
  const box = useRef<HTMLDivElement>(null)
  const isAtEnd = useRef(true)
  const lines = useMemo(
    () => merged(log.data?.pages.flatMap((page) => page.items) ?? [], live),
    [log.data, live],
  )
  const isBroken = hasGap(lines)
  const { refetch } = log
  useEffect(() => {
    if (isBroken) void refetch()
  }, [isBroken, refetch])
  const last = lines.at(-1)?.seq
  useEffect(() => {
    if (last !== undefined && isAtEnd.current) box.current?.scrollTo({ top: box.current.scrollHeight })
  }, [last])
  if (log.isError)
    return (
      <div className={styles.scroll}>
        <div className={styles.note}>
          <ProblemNote problem={asProblem(log.error)} onRetry={() => void log.refetch()} />
        </div>
      </div>
    )
  if (log.isPending) return <Skeleton rows={8} height={22} />
  return (
    <div
      className={styles.scroll}
      ref={box}
      role="log"
      aria-label="Log"
      tabIndex={0}
      onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
        isAtEnd.current = scrollHeight - scrollTop - clientHeight < NEAR_END_PX
      }}
    >
      <More of={log} size="small" className={styles.more}>
        Earlier lines
      </More>
      {lines.length === 0 ? (
        <p className={`${styles.note} faint`}>
          {isActive ? 'It waits, and has written nothing yet.' : 'It has written nothing.'}
        </p>
      ) : (
        <ol className={styles.log}>
          {lines.map((line) => (
            <li key={line.seq} data-level={line.level}>
              <time dateTime={line.at} title={exact(line.at)}>
                {clock(line.at)}
              </time>
              <span>
                {line.level !== 'info' && <span className="unseen">{line.level}: </span>}
                {line.message}
                {line.file && !line.message.includes(line.file) && <span className="dim"> {line.file}</span>}
              </span>
              <span className="faint num">{line.bytes === undefined ? '' : bytes(line.bytes)}</span>
            </li>
          ))}
        </ol>
      )}
    </div>
  )
}
