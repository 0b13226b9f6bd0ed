import { CopyButton } from './copy.tsx'
import styles from './shown-once.module.css'

/** A new secret, which the server does not show again. */
export function ShownOnce({ about, secret, label }: { about: string; secret: string; label: string }) {
  return (
    <div className={styles.shown} role="status">
      <p>{about}</p>
      <p className="mono">
        {secret} <CopyButton text={secret} label={label} />
      </p>
    </div>
  )
}
