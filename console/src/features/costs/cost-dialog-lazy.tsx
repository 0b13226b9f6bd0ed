import { type ComponentProps, lazy, Suspense } from 'react'

const Loaded = lazy(() => import('./cost-dialog.tsx').then((parts) => ({ default: parts.CostDialog })))

/** The dialog, loaded when it opens for the first time. */
export const CostDialog = (props: ComponentProps<typeof Loaded>) => (
  <Suspense>
    <Loaded {...props} />
  </Suspense>
)
