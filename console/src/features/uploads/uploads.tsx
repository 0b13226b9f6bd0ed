import { lazy, Suspense, useSyncExternalStore } from 'react'
import { onUploadsChange, uploadList } from '../../api/uploads/list.ts'

const Panel = lazy(() => import('./panel.tsx').then((parts) => ({ default: parts.UploadPanel })))

export const useUploads = () => useSyncExternalStore(onUploadsChange, uploadList)

/** The uploads of this tab, on every page while there are any. */
export function Uploads() {
  if (useUploads().length === 0) return null
  return (
    <Suspense>
      <Panel />
    </Suspense>
  )
}
