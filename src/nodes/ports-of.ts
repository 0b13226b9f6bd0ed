/** The ports of a node that has one way out. */
export const mainPort = (): readonly string[] => ['main']
