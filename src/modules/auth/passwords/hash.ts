// Password hashes. Invariants:
// 1. argon2id with the parameters in `hash-cost.ts`; a hash with others still verifies, and is replaced at the next sign-in.
// 2. Hashing happens in the Worker, never in a Durable Object, where it would hold up everybody else's request.
// 3. A try on an account that does not exist costs the same hash as one that does.
import Argon2 from '@phi-ag/argon2'
import compiled from '@phi-ag/argon2/argon2.wasm'
import { HASH_COST } from './hash-cost.ts'
import { passwordText } from './text.ts'

const CURRENT = `$argon2id$v=19$m=${HASH_COST.memoryCost},t=${HASH_COST.timeCost},p=${HASH_COST.parallelism}$`

/** Belongs to no password: its digest is made up. */
const NOBODY = `${CURRENT}b3JyZXJ5LW5vYm9keS1hdC1hbGw$N0m2b3yQ8m6cJ1u0V5r4Zt9xKf7wLh3pEaSgDiRoTnU`

let loaded: Promise<Argon2> | undefined

// The runtime compiles no WASM at run time, so the module is imported compiled and only instantiated here.
function argon2(): Promise<Argon2> {
  loaded ??= WebAssembly.instantiate(compiled).then((instance) => new Argon2(instance))
  return loaded
}

export async function hashPassword(password: string): Promise<string> {
  const { encoded } = (await argon2()).hash(passwordText(password), HASH_COST)
  return encoded
}

/** With `null` for the hash the answer is always no, after the same work. */
export async function verifyPassword(password: string, hash: string | null): Promise<boolean> {
  const { success } = (await argon2()).tryVerify(hash ?? NOBODY, passwordText(password))
  return success && hash !== null
}

export const needsRehash = (hash: string): boolean => !hash.startsWith(CURRENT)
