import { type DragEvent, type ReactNode, useEffect, useRef, useState } from 'react'
import { chosenFiles, type Dropped, droppedFiles, hasFiles } from '../dropped.ts'
import { Icon } from '../icon.tsx'
import { Button, type ButtonProps } from './button.tsx'
import styles from './drop-zone.module.css'

type ZoneProps = {
  /** What happens with files that are dropped here. Null if they are not accepted. */
  invitation: string | null
  onFiles: (files: Dropped[]) => void
  className?: string | undefined
  children: ReactNode
}

/** Accepts files and folders that are dropped anywhere on it. */
export function DropZone({ invitation, onFiles, className = '', children }: ZoneProps) {
  const [isOver, setOver] = useState(false)
  /** Each child that the pointer enters and leaves is reported too. */
  const depth = useRef(0)
  const accepts = (event: DragEvent): boolean => invitation !== null && hasFiles(event.dataTransfer)
  const enter = (event: DragEvent, by: number) => {
    if (!accepts(event)) return
    event.preventDefault()
    depth.current = Math.max(0, depth.current + by)
    setOver(depth.current > 0)
  }
  function drop(event: DragEvent) {
    if (!accepts(event)) return
    event.preventDefault()
    depth.current = 0
    setOver(false)
    void droppedFiles(event.dataTransfer).then((files) => files.length > 0 && onFiles(files))
  }
  return (
    <section
      className={`${styles.zone} ${className}`}
      aria-label={invitation ?? undefined}
      onDragEnter={(event) => enter(event, 1)}
      onDragLeave={(event) => enter(event, -1)}
      onDragOver={(event) => enter(event, 0)}
      onDrop={drop}
    >
      {children}
      {isOver && (
        <div className={styles.over}>
          <p>
            <Icon name="upload" size={16} /> {invitation}
          </p>
        </div>
      )}
    </section>
  )
}

type FilesButtonProps = Omit<ButtonProps, 'onClick'> & {
  onFiles: (files: Dropped[]) => void
  multiple?: boolean
  accept?: string | undefined
}

/** Opens the browser's dialog for choosing files. */
export function FilesButton({ onFiles, multiple = true, accept, ...button }: FilesButtonProps) {
  const input = useRef<HTMLInputElement>(null)
  return (
    <>
      <Button icon="upload" {...button} onClick={() => input.current?.click()} />
      <input
        ref={input}
        type="file"
        hidden
        aria-label={typeof button.children === 'string' ? button.children : 'Files'}
        multiple={multiple}
        accept={accept}
        onChange={({ currentTarget }) => {
          const files = chosenFiles(currentTarget.files)
          // So that the same file can be chosen again.
          currentTarget.value = ''
          if (files.length > 0) onFiles(files)
        }}
      />
    </>
  )
}

/** Programs also put a picture of copied text or cells on the clipboard, which is not what somebody wants in a field. */
const ELSEWHERE = 'input, textarea, select, [contenteditable]'

/** Files that are pasted while this is shown, but not into a field or a dialog. */
export function usePastedFiles(onFiles: ((files: Dropped[]) => void) | null): void {
  const current = useRef(onFiles)
  current.current = onFiles
  useEffect(() => {
    const paste = (event: ClipboardEvent) => {
      const files = chosenFiles(event.clipboardData?.files ?? null)
      const isElsewhere =
        (event.target as Element).closest?.(ELSEWHERE) ?? document.querySelector('[role=dialog]')
      if (files.length === 0 || current.current === null || isElsewhere) return
      event.preventDefault()
      current.current(files)
    }
    addEventListener('paste', paste)
    return () => removeEventListener('paste', paste)
  }, [])
}
