/** Keeps the newest values, up to a total length of their keys. Compiled code is many times as large as its source. */
export function makeCache<Value>(mostChars: number) {
  const values = new Map<string, Value>()
  let chars = 0
  return {
    get: (key: string): Value | undefined => values.get(key),
    set(key: string, value: Value): void {
      // One long key must not evict everything else.
      if (key.length > mostChars / 50) return
      values.set(key, value)
      chars += key.length
      for (const oldest of values.keys()) {
        if (chars <= mostChars) return
        values.delete(oldest)
        chars -= oldest.length
      }
    },
  }
}
