import type { ReactNode } from 'react'
import { Glyph } from '../../../ui/glyph.tsx'
import { Icon } from '../../../ui/icon.tsx'
import { Json } from '../../../ui/kit/json.tsx'
import type { Shown } from '../../../ui/status.ts'
import type { ToolPart } from '../model/message.ts'
import styles from './chat.module.css'

const STATES: Record<ToolPart['state'], [Shown, string]> = {
  'input-streaming': ['running', 'is being prepared'],
  'input-available': ['running', 'is being used'],
  'approval-requested': ['waiting', 'needs an approval'],
  'approval-responded': ['running', 'was decided'],
  'output-available': ['succeeded', 'was used'],
  'output-error': ['failed', 'failed'],
  'output-denied': ['cancelled', 'was rejected'],
}

/** What a thread stores as the result of a call that a person has rejected, before their comment. */
const REJECTED = 'A person has rejected this call.'

/** A call of a tool: what it was given and what it returned, folded. `children` asks for its approval. */
export function ToolCall({
  part,
  isOver,
  children,
}: {
  part: ToolPart
  /** The answer has ended, so nothing is in progress. */
  isOver: boolean
  children?: ReactNode
}) {
  const { state, errorText = '' } = part
  const [status, words] = STATES[errorText.startsWith(REJECTED) ? 'output-denied' : state]
  const asks = state === 'approval-requested'
  const isCutOff = isOver && status === 'running'
  return (
    <div className={styles.tool} data-asks={asks} data-tone={asks ? 'wait' : undefined}>
      <details open={asks || undefined}>
        <summary>
          <Glyph status={isCutOff ? 'cancelled' : status} />
          <span className="mono">{part.toolName}</span>
          <span className="faint">{isCutOff ? 'was not used' : words}</span>
          <Icon name="chevron" size={10} />
        </summary>
        <div className={styles.toolBody}>
          {part.input === undefined ? (
            <pre className="mono">{part.inputText}</pre>
          ) : (
            <Json title="Arguments" value={part.input} />
          )}
          {state === 'output-available' && <Json title="Result" value={part.output} />}
          {state === 'output-error' && (
            <p className={styles.toolError} dir="auto">
              {errorText}
            </p>
          )}
        </div>
      </details>
      {children}
    </div>
  )
}
