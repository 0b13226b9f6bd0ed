import { lazy, Suspense, useEffect, useSyncExternalStore } from 'react'
import { onUploadsChange, uploadList } from '../../api/uploads/list.ts'

const Panel = lazy(() => import('./panel.tsx').then((parts) => ({ default: parts.UploadPanel })))

export const useUploads = () => useSyncExternalStore(onUploadsChange, uploadList)

/** A file that misses its target would be opened by the browser, instead of the console. */
function useNoStrayDrops(): void {
  useEffect(() => {
    const refuse = (event: DragEvent) => {
      if (event.defaultPrevented || event.dataTransfer?.types.includes('Files') !== true) return
      event.preventDefault()
      event.dataTransfer.dropEffect = 'none'
    }
    addEventListener('dragover', refuse)
    addEventListener('drop', refuse)
    return () => {
      removeEventListener('dragover', refuse)
      removeEventListener('drop', refuse)
    }
  }, [])
}

/** The uploads of this tab, on every page while there are any. */
export function Uploads() {
  useNoStrayDrops()
  if (useUploads().length === 0) return null
  return (
    <Suspense>
      <Panel />
    </Suspense>
  )
}
