import { useState } from 'react'
import { IconButton } from './button.tsx'
import { showToast } from './toast.tsx'

/** Copies a text and confirms it. */
export function CopyButton({ text, label }: { text: string | (() => string); label: string }) {
  const [isDone, setDone] = useState(false)
  async function copy() {
    try {
      await navigator.clipboard.writeText(typeof text === 'string' ? text : text())
      setDone(true)
      setTimeout(() => setDone(false), 1200)
    } catch {
      showToast('The browser does not allow copying.')
    }
  }
  return (
    <IconButton size="small" icon={isDone ? 'check' : 'copy'} label={label} onClick={() => void copy()} />
  )
}
