/**
 * The text in lower case as `lower()` of SQLite makes it, which only knows the letters A to Z. With `toLowerCase`, "Übersicht" would not
 * be found by its own name.
 */
export const sqlLower = (text: string): string => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
