/** Keeps what can be found out again: once so many are kept, the oldest goes. Dropping one costs time, never an answer. */
export function remember<Key, Value>(cache: Map<Key, Value>, most: number, key: Key, value: Value): Value {
  if (cache.size >= most) {
    for (const oldest of cache.keys()) {
      cache.delete(oldest)
      break
    }
  }
  cache.set(key, value)
  return value
}
