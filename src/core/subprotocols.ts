/**
 * The WebSocket subprotocols that a client offers. Splits at commas and trims afterwards, because a pattern that also matches spaces takes
 * quadratic time.
 */
export const offeredProtocols = (header: string | null | undefined): string[] =>
  (header ?? '').split(',').map((one) => one.trim())
