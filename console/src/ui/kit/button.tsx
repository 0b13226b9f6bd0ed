import type { ComponentProps, ReactNode } from 'react'
import { Icon, type IconName } from '../icon.tsx'
import styles from './button.module.css'

type Look = { look?: 'plain' | 'primary' | 'quiet' | 'danger'; size?: 'small' | 'medium' | 'large' }

const classOf = ({ look = 'plain', size = 'medium' }: Look, ...more: (string | undefined)[]): string =>
  [styles.button, styles[look], styles[size], ...more].filter(Boolean).join(' ')

export type ButtonProps = Omit<ComponentProps<'button'>, 'children'> &
  Look & {
    icon?: IconName
    children: ReactNode
    /** It was pressed, and the server has not responded yet. */
    busy?: boolean
    /** On small screens, only the icon is shown. */
    foldsText?: boolean
  }

export function Button({
  look,
  size,
  icon,
  busy = false,
  foldsText = false,
  children,
  ...rest
}: ButtonProps) {
  const { className, disabled, ...props } = rest
  return (
    <button
      type="button"
      aria-label={foldsText && typeof children === 'string' ? children : undefined}
      {...props}
      className={classOf({ ...(look && { look }), ...(size && { size }) }, className)}
      disabled={disabled || busy}
      aria-busy={busy || undefined}
    >
      {busy ? <span className={styles.busy} /> : icon && <Icon name={icon} size={14} />}
      <span className={foldsText ? 'wide-only' : undefined}>{children}</span>
    </button>
  )
}

export type IconButtonProps = Omit<ComponentProps<'button'>, 'children'> &
  Look & { icon: IconName; label: string }

export function IconButton({ look = 'quiet', size, icon, label, className, ...props }: IconButtonProps) {
  return (
    <button
      type="button"
      title={label}
      aria-label={label}
      {...props}
      className={classOf({ look, ...(size && { size }) }, styles.icon, className)}
    >
      <Icon name={icon} size={size === 'small' ? 13 : 15} />
    </button>
  )
}

/** The class of a link that looks like a button. */
export const buttonClass = (look: Look = {}): string => classOf(look)
