/** For models without a timeout: long answers of large models take minutes. */
export const DEFAULT_TIMEOUT_MS = 300_000
