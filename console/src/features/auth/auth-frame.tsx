import type { ReactNode } from 'react'
import { Mark } from '../../ui/icon.tsx'
import styles from './auth.module.css'

/** The frame of pages before the sign-in. */
export function AuthFrame({
  title,
  children,
  foot,
}: {
  title: string
  children: ReactNode
  foot?: ReactNode
}) {
  return (
    <main className={styles.frame}>
      <Mark size={36} />
      <h1>{title}</h1>
      {children}
      {foot && <footer>{foot}</footer>}
    </main>
  )
}
