/** The search of a URL after a change of some filters. A filter without a value is left out. */
export const changedSearch = <Search extends object>(old: object, change: object): Search =>
  Object.fromEntries(Object.entries({ ...old, ...change }).filter(([, value]) => value)) as Search
