// The WASM wrapper of argon2 uses the length in UTF-16 units as the length in bytes, which would truncate passwords with
// non-ASCII characters. Percent-encoding keeps every character. NFKC makes the same text from different keyboards equal.
export function passwordText(password: string): string {
  const normal = password.normalize('NFKC').toWellFormed()
  return /^[\x20-\x7e]*$/.test(normal) ? normal : encodeURIComponent(normal)
}
