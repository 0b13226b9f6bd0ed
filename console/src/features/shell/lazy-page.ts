import { lazyRouteComponent } from '@tanstack/react-router'

/**
 * A page whose code is loaded when it is opened. When that fails, the router reloads the document once, which helps after
 * an update. Without a connection it would leave the console, so the problem is shown there instead.
 */
export const lazyPage: typeof lazyRouteComponent = (load, name) =>
  lazyRouteComponent(
    () =>
      load().catch((error: unknown) => {
        throw navigator.onLine ? error : new TypeError('There is no connection', { cause: error })
      }),
    name,
  )
