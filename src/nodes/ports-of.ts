/** The ports of a node with a single output. */
export const mainPort = (): readonly string[] => ['main']
