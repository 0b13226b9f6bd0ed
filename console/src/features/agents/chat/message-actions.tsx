import { Button } from '../../../ui/kit/button.tsx'
import type { Message } from '../model/message.ts'

type Props = {
  messages: readonly Message[]
  at: number
  onEdit: (question: Message) => void
  onAgain: (question: Message) => void
}

/** The newest question can be changed, and its answer asked for again. Both replace the turn. */
export function MessageActions({ messages, at, onEdit, onAgain }: Props) {
  const message = messages[at]
  const question = messages.at(-2)
  if (message === undefined || question?.role !== 'user' || question.id === '') return null
  if (message === question)
    return (
      <Button size="small" look="quiet" onClick={() => onEdit(question)}>
        Edit
      </Button>
    )
  if (at !== messages.length - 1 || message.role !== 'assistant') return null
  return (
    <Button size="small" look="quiet" icon="retry" onClick={() => onAgain(question)}>
      Answer again
    </Button>
  )
}
