// Password hashes. Invariants:
// 1. argon2id with the parameters in `hash-cost.ts`. Hashes with other parameters still verify and are replaced at the next
//    sign-in.
// 2. Hashing runs in the Worker, never in a Durable Object, where it would delay everybody else's requests.
// 3. Checking a password takes the same work whether or not the account exists.
import Argon2 from '@phi-ag/argon2'
import compiled from '@phi-ag/argon2/argon2.wasm'
import type { Settings } from '../../../env.ts'
import { hashCost } from './hash-cost.ts'
import { passwordText } from './text.ts'

type Cost = Pick<Settings, 'PASSWORD_HASH_KIB'>

function prefixOf({ PASSWORD_HASH_KIB }: Cost): string {
  const { memoryCost, timeCost, parallelism } = hashCost(PASSWORD_HASH_KIB)
  return `$argon2id$v=19$m=${memoryCost},t=${timeCost},p=${parallelism}$`
}

/** No password matches this hash: its digest is made up. */
const dummyHash = (cost: Cost): string =>
  `${prefixOf(cost)}b3JyZXJ5LW5vYm9keS1hdC1hbGw$N0m2b3yQ8m6cJ1u0V5r4Zt9xKf7wLh3pEaSgDiRoTnU`

let loaded: Promise<Argon2> | undefined

// Workers cannot compile WASM at run time, so the module is imported compiled and only instantiated here.
function argon2(): Promise<Argon2> {
  loaded ??= WebAssembly.instantiate(compiled).then((instance) => new Argon2(instance))
  return loaded
}

export async function hashPassword(cost: Cost, password: string): Promise<string> {
  const { encoded } = (await argon2()).hash(passwordText(password), hashCost(cost.PASSWORD_HASH_KIB))
  return encoded
}

/** Returns false after the same work if `hash` is null. */
export async function verifyPassword(cost: Cost, password: string, hash: string | null): Promise<boolean> {
  const { success } = (await argon2()).tryVerify(hash ?? dummyHash(cost), passwordText(password))
  return success && hash !== null
}

export const needsRehash = (cost: Cost, hash: string): boolean => !hash.startsWith(prefixOf(cost))
