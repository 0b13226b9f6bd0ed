/** A bounded cache: when it is full, the oldest entry is removed. Entries must be recomputable. */
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
