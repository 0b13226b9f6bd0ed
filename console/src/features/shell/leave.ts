import { signOut } from '../../api/session.ts'
import { showToast } from '../../ui/kit/toast.tsx'

/** Signs out of this browser in any case, and says so if the server does not know about it. */
export const leave = (): void =>
  void signOut().catch(() =>
    showToast(
      'You are signed out in this browser. The server did not respond, so the session itself ends later.',
    ),
  )
