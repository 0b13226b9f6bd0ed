// Links to pages of the admin side.

export const toUser = (id: string) => ({
  to: '/admin/users/$id' as '/',
  params: { id } as never,
  search: {} as never,
})
