/** The WebSocket subprotocols that a client offers. Splits at commas only: a pattern for spaces around them takes the square of their number. */
export const offeredProtocols = (header: string | null | undefined): string[] =>
  (header ?? '').split(',').map((one) => one.trim())
