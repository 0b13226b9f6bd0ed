import { Link } from '@tanstack/react-router'
import { usd } from '../../../ui/format/money.ts'
import { count, duration } from '../../../ui/format/time.ts'
import { CopyButton } from '../../../ui/kit/copy.tsx'
import { Tag } from '../../../ui/kit/tag.tsx'
import { toRun } from '../../shell/index.ts'
import { type Message, textOf } from '../model/message.ts'
import { finishNote, isOffline, modelName, OFFLINE_NOTE } from '../model/words.ts'
import styles from './chat.module.css'
import { useFigures } from './queries.ts'

/** What an answer took: the model, tokens, cost and time, with a link to its run. */
export function AnswerFoot({ message, isOver }: { message: Message; isOver: boolean }) {
  const { runId, finishReason } = message.metadata
  const { data: figures } = useFigures(runId, isOver)
  const model = message.metadata.model ?? figures?.model ?? null
  const usage = message.metadata.usage ?? figures?.usage
  const note = finishNote(finishReason)
  const text = textOf(message)
  return (
    <>
      {isOver && note !== null && (
        <p className={styles.note} data-tone={finishReason === 'error' ? 'bad' : 'off'}>
          {note} {finishReason === 'error' && figures?.error}
        </p>
      )}
      <footer className={styles.foot}>
        {model !== null && (
          <Tag {...(isOffline(model) ? { title: OFFLINE_NOTE } : {})}>{modelName(model)}</Tag>
        )}
        {usage && (
          <span
            className="num"
            title={`${count(usage.inputTokens)} tokens sent, ${count(usage.outputTokens)} received`}
          >
            {count(usage.inputTokens + usage.outputTokens)} tokens
          </span>
        )}
        {usage && (
          <span
            className="num"
            title={usage.unpricedCalls > 0 ? 'The price of a model that was called is not known.' : undefined}
          >
            {usage.unpricedCalls > 0 ? `${usd(usage.costUsd)} or more` : usd(usage.costUsd)}
          </span>
        )}
        {figures?.durationMs != null && <span className="num">{duration(figures.durationMs)}</span>}
        {runId !== undefined && (
          <Link {...toRun(runId)} className="link">
            Run
          </Link>
        )}
        {isOver && text !== '' && <CopyButton text={text} label="Copy the answer" />}
      </footer>
    </>
  )
}
