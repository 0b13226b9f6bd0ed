/**
 * Lets other requests run. On one machine, the runtime only reads its sockets when it has no other work. Long work that only calls our
 * own objects, such as an import that writes one page after another to D1, would block all other requests until it ends.
 */
export const yieldToEventLoop = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0))
