import { lazy, Suspense, useState } from 'react'
import { Button } from '../../ui/kit/button.tsx'
import type { RowSearch } from './model/filter.ts'

const Loaded = lazy(() => import('./export-dialog.tsx').then((parts) => ({ default: parts.ExportDialog })))

type Props = { filter: RowSearch; kind?: 'costs' | 'usage' }

export function ExportButton({ filter, kind = 'costs' }: Props) {
  const [isOpen, setOpen] = useState(false)
  return (
    <>
      <Button icon="download" foldsText onClick={() => setOpen(true)}>
        Export
      </Button>
      {isOpen && (
        <Suspense>
          <Loaded filter={filter} initialKind={kind} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  )
}
