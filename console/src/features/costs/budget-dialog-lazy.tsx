import { type ComponentProps, lazy, Suspense } from 'react'

const Loaded = lazy(() => import('./budget-dialog.tsx').then((parts) => ({ default: parts.BudgetDialog })))

export const BudgetDialog = (props: ComponentProps<typeof Loaded>) => (
  <Suspense>
    <Loaded {...props} />
  </Suspense>
)
