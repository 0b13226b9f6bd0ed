// Links to pages of this feature.

const link = (to: string, id: string) => ({ to: to as '/', params: { id } as never, search: {} as never })

export const toCostImport = (id: string) => link('/costs/imports/$id', id)
export const toJob = (id: string) => link('/costs/jobs/$id', id)
