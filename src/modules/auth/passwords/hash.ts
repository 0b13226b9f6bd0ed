// Password hashes. Invariants:
// 1. argon2id with the parameters in `hash-cost.ts`. Hashes with other parameters still verify and are replaced at the next
//    sign-in.
// 2. Hashing runs in the Worker, never in a Durable Object, where it would delay everybody else's requests.
// 3. Checking a password takes the same work whether or not the account exists.
import Argon2 from '@phi-ag/argon2'
import compiled from '@phi-ag/argon2/argon2.wasm'
import { HASH_COST } from './hash-cost.ts'
import { passwordText } from './text.ts'

const CURRENT = `$argon2id$v=19$m=${HASH_COST.memoryCost},t=${HASH_COST.timeCost},p=${HASH_COST.parallelism}$`

/** No password matches this hash: its digest is made up. */
const DUMMY_HASH = `${CURRENT}b3JyZXJ5LW5vYm9keS1hdC1hbGw$N0m2b3yQ8m6cJ1u0V5r4Zt9xKf7wLh3pEaSgDiRoTnU`

let loaded: Promise<Argon2> | undefined

// Workers cannot compile WASM at run time, so the module is imported compiled and only instantiated here.
function argon2(): Promise<Argon2> {
  loaded ??= WebAssembly.instantiate(compiled).then((instance) => new Argon2(instance))
  return loaded
}

export async function hashPassword(password: string): Promise<string> {
  const { encoded } = (await argon2()).hash(passwordText(password), HASH_COST)
  return encoded
}

/** Returns false after the same work if `hash` is null. */
export async function verifyPassword(password: string, hash: string | null): Promise<boolean> {
  const { success } = (await argon2()).tryVerify(hash ?? DUMMY_HASH, passwordText(password))
  return success && hash !== null
}

export const needsRehash = (hash: string): boolean => !hash.startsWith(CURRENT)
