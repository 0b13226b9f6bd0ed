/** What a password hash costs today, for the Worker and for the seed. */
export const HASH_COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1, hashLength: 32 }
