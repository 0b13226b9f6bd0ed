import { useState } from 'react'
import { IconButton } from './button.tsx'
import { say } from './toast.tsx'

/** Copies a text, and says that it did. */
export function CopyButton({ text, label }: { text: string | (() => string); label: string }) {
  const [isDone, setDone] = useState(false)
  async function copy() {
    try {
      await navigator.clipboard.writeText(typeof text === 'string' ? text : text())
      setDone(true)
      setTimeout(() => setDone(false), 1200)
    } catch {
      say('The browser does not let this page copy.')
    }
  }
  return (
    <IconButton size="small" icon={isDone ? 'check' : 'copy'} label={label} onClick={() => void copy()} />
  )
}
