/** The current cost of a password hash, shared by the Worker and the seed script. */
export const HASH_COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1, hashLength: 32 }
