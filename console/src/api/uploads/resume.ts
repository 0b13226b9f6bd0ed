// Which upload in parts a file belongs to, kept for this tab: after a reload, the same file continues where it stopped. The keys have the
// prefix of drafts, so signing out deletes them too (ui/form/draft.ts).

type Which = { file: File; name: string; team: string | null }

const keyOf = ({ file, name, team }: Which): string =>
  `orrery.draft.upload ${team ?? ''} ${file.size} ${file.lastModified} ${name}`

export const placeOf = (which: Which): string | null => sessionStorage.getItem(keyOf(which))

export const forgetPlace = (which: Which): void => sessionStorage.removeItem(keyOf(which))

export function rememberPlace(which: Which, uploadId: string): void {
  try {
    sessionStorage.setItem(keyOf(which), uploadId)
  } catch {
    // The browser has no room left for this tab. The upload begins anew after a reload.
  }
}
