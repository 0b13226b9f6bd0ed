import { type KeyboardEvent, type ReactNode, useRef } from 'react'
import { Button } from '../../../ui/kit/button.tsx'
import styles from './chat.module.css'

type Props = {
  text: string
  /** Something else than the text can be sent, such as files. */
  hasMore: boolean
  /** It cannot be sent yet. */
  isWaiting: boolean
  onText: (text: string) => void
  isBusy: boolean
  onSend: () => void
  onStop: () => void
  isStopping: boolean
  placeholder: string
  /** Above the field: attachments, and what is being edited. */
  children?: ReactNode
  /** Next to the button. */
  end?: ReactNode
}

const MAX_CHARS = 500_000

/** Enter sends, Shift+Enter begins a line. While an answer is written, the button stops it. */
export function Composer(props: Props) {
  const { text, hasMore, isWaiting, onText, isBusy, onSend, onStop, isStopping, placeholder, children, end } =
    props
  const field = useRef<HTMLTextAreaElement>(null)
  const maySend = (text.trim() !== '' || hasMore) && !isBusy && !isWaiting
  function press(event: KeyboardEvent) {
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
    event.preventDefault()
    if (maySend) onSend()
  }
  return (
    <form
      className={styles.composer}
      onSubmit={(event) => {
        event.preventDefault()
        if (maySend) onSend()
        field.current?.focus()
      }}
    >
      {children}
      <textarea
        ref={field}
        aria-label="Message"
        placeholder={placeholder}
        rows={Math.min(8, Math.max(2, text.split('\n').length))}
        maxLength={MAX_CHARS}
        value={text}
        onChange={(event) => onText(event.target.value)}
        onKeyDown={press}
      />
      <div className={styles.composerFoot}>
        {end}
        {isBusy ? (
          <Button icon="stop" busy={isStopping} onClick={onStop}>
            Stop
          </Button>
        ) : (
          <Button type="submit" look="primary" disabled={!maySend}>
            Send
          </Button>
        )}
      </div>
    </form>
  )
}
