/**
 * Lets requests in that wait. A runtime looks at its sockets only when nothing in it can go on, and long work between its own objects
 * (rows to D1, the next rows) can always go on: without this, one import keeps all others out until it has ended.
 */
export const giveWay = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0))
