// Loaded when the first dialog opens, so that Base UI is not part of the initial load.
import { CSPProvider } from '@base-ui/react/csp-provider'
import { Dialog as Base } from '@base-ui/react/dialog'
import type { FormEvent, ReactNode } from 'react'
import { IconButton } from './button.tsx'
import styles from './dialog.module.css'

export type DialogProps = {
  title: string
  /** What the dialog does, in one sentence. */
  about?: ReactNode
  onClose: () => void
  children: ReactNode
  /** The buttons, with the main one last. */
  actions?: ReactNode
  size?: 'small' | 'large'
  /** Makes the content a form. It is called if all fields are valid; the main button has the type `submit`. */
  onSubmit?: () => void
}

export function Dialog({ title, about, onClose, children, actions, size = 'small', onSubmit }: DialogProps) {
  const content = (
    <>
      <div className={styles.body}>{children}</div>
      {actions && <footer>{actions}</footer>}
    </>
  )
  const submit = (event: FormEvent) => {
    event.preventDefault()
    onSubmit?.()
  }
  return (
    <CSPProvider disableStyleElements>
      <Base.Root open onOpenChange={(isOpen) => !isOpen && onClose()}>
        <Base.Portal>
          <Base.Backdrop className={styles.backdrop} />
          <Base.Popup className={styles.popup} data-size={size}>
            <header>
              <Base.Title className={styles.title}>{title}</Base.Title>
              <IconButton icon="close" label="Close" onClick={onClose} />
            </header>
            {about && <Base.Description className={styles.about}>{about}</Base.Description>}
            {onSubmit === undefined ? content : <form onSubmit={submit}>{content}</form>}
          </Base.Popup>
        </Base.Portal>
      </Base.Root>
    </CSPProvider>
  )
}
