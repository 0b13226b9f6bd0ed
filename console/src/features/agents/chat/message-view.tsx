import { memo, type ReactNode } from 'react'
import { Icon } from '../../../ui/icon.tsx'
import { Json } from '../../../ui/kit/json.tsx'
import { Markdown } from '../../../ui/markdown/markdown.tsx'
import type { FilePart, Message, Part } from '../model/message.ts'
import { AnswerFoot } from './answer-foot.tsx'
import { ApprovalInChat } from './approval.tsx'
import styles from './chat.module.css'
import { ToolCall } from './tool-call.tsx'

type Props = {
  message: Message
  /** It is the answer that is being written. */
  isLive: boolean
  mayDecide: boolean
  onDecide: (approvalId: string, approved: boolean, reason: string) => Promise<void>
  /** What can be done with the message. */
  actions?: ReactNode
}

export const MessageView = memo(function MessageView(props: Props) {
  const { message, isLive, actions } = props
  if (message.role === 'user')
    return (
      <li className={styles.question}>
        <h3 className="unseen">Question</h3>
        <div className={styles.bubble}>
          {message.parts.map((part, at) => (
            <QuestionPart key={at} part={part} />
          ))}
        </div>
        {actions}
      </li>
    )
  const isEmpty = !message.parts.some((part) => part.type !== 'step-start')
  return (
    <li className={styles.answer} aria-busy={isLive}>
      <h3 className="unseen">Answer</h3>
      {isEmpty && isLive && (
        <p className={styles.thinking} role="status">
          Working…
        </p>
      )}
      {message.parts.map((part, at) => (
        <AnswerPart key={at} {...props} part={part} />
      ))}
      {message.metadata.object !== undefined && message.metadata.object !== null && (
        <Json title="Object" value={message.metadata.object} />
      )}
      {message.id !== '' && <AnswerFoot message={message} isOver={!isLive} />}
      {actions}
    </li>
  )
})

const QuestionPart = ({ part }: { part: Part }) => {
  if (part.type === 'text') return <p dir="auto">{part.text}</p>
  return part.type === 'file' ? <Attachment part={part} /> : null
}

function AnswerPart({ part, isLive, mayDecide, onDecide }: Props & { part: Part }): ReactNode {
  switch (part.type) {
    case 'text':
      return part.text === '' ? null : <Markdown text={part.text} />
    case 'reasoning':
      return (
        <details className={styles.reasoning}>
          <summary>
            Thoughts <Icon name="chevron" size={10} />
          </summary>
          <p dir="auto">{part.text}</p>
        </details>
      )
    case 'dynamic-tool':
      return (
        <ToolCall part={part} isOver={!isLive}>
          {part.state === 'approval-requested' && isLive && (
            <ApprovalInChat
              question={`May the agent use ${part.toolName} with these arguments?`}
              mayDecide={mayDecide}
              onDecide={(approved, reason) => onDecide(part.approvalId ?? '', approved, reason)}
            />
          )}
        </ToolCall>
      )
    case 'data-waiting':
      return part.isDecided || !isLive ? null : (
        <div className={styles.tool} data-asks="true" data-tone="wait">
          <ApprovalInChat
            question="The agent has reached a limit. May it use the same amount again?"
            mayDecide={mayDecide}
            onDecide={(approved, reason) => onDecide(part.approvalId, approved, reason)}
          />
        </div>
      )
    case 'file':
      return <Attachment part={part} />
    default:
      return null
  }
}

/** Only its name: a file is not loaded because a message mentions it. */
const Attachment = ({ part: { filename, mediaType } }: { part: FilePart }) => (
  <span className={styles.attachment} title={mediaType}>
    <Icon name="file" size={13} />
    <span className="cut">{filename ?? mediaType}</span>
  </span>
)
