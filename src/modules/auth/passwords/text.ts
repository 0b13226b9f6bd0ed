// The WASM wrapper of argon2 takes the length in UTF-16 units for the length in bytes, which would cut a password with
// characters beyond ASCII short. Written as percent escapes, every character counts. The normal form makes keyboards agree.
export function passwordText(password: string): string {
  const normal = password.normalize('NFKC').toWellFormed()
  return /^[\x20-\x7e]*$/.test(normal) ? normal : encodeURIComponent(normal)
}
