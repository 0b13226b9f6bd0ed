import { type ComponentProps, lazy, Suspense } from 'react'

const Loaded = lazy(() =>
  import('./schedule-dialog.tsx').then((parts) => ({ default: parts.ScheduleDialog })),
)

export const ScheduleDialog = (props: ComponentProps<typeof Loaded>) => (
  <Suspense>
    <Loaded {...props} />
  </Suspense>
)
