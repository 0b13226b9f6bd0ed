/** What a password hash costs, shared by the Worker and the seed script. Memory is the setting `PASSWORD_HASH_KIB`. */
export const hashCost = (memoryCost: number) => ({ memoryCost, timeCost: 2, parallelism: 1, hashLength: 32 })
