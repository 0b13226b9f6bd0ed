import { lazy, Suspense, useState } from 'react'
import { Button, type ButtonProps } from './button.tsx'

const Dialog = lazy(() => import('./dialog.tsx').then((parts) => ({ default: parts.Dialog })))

type Props = Omit<ButtonProps, 'onClick'> & {
  question: string
  /** What will happen. */
  about: string
  verb: string
  onConfirm: () => Promise<unknown>
}

/** A button that asks for confirmation before an irreversible action. */
export function ConfirmButton({ question, about, verb, onConfirm, ...button }: Props) {
  const [isOpen, setOpen] = useState(false)
  const [isBusy, setBusy] = useState(false)
  const close = () => setOpen(false)
  async function confirm() {
    setBusy(true)
    try {
      await onConfirm()
      close()
    } catch {
      // The mutation has already reported the error.
    } finally {
      setBusy(false)
    }
  }
  return (
    <>
      <Button {...button} onClick={() => setOpen(true)} />
      {isOpen && (
        <Suspense>
          <Dialog
            title={question}
            onClose={close}
            actions={
              <>
                <Button onClick={close}>Leave it</Button>
                <Button look="primary" busy={isBusy} onClick={() => void confirm()}>
                  {verb}
                </Button>
              </>
            }
          >
            <p>{about}</p>
          </Dialog>
        </Suspense>
      )}
    </>
  )
}
