// Names of files have `/` between folders.

/** The folder of a name, or of another folder. Empty at the top. */
export const folderOf = (name: string): string => name.slice(0, Math.max(0, name.lastIndexOf('/')))

export const baseOf = (name: string): string => name.slice(name.lastIndexOf('/') + 1)

export const joined = (folder: string, base: string): string => (folder === '' ? base : `${folder}/${base}`)

/** Of `reports/2026`: `reports`, then `reports/2026`. */
export const levelsOf = (folder: string): string[] =>
  folder === '' ? [] : folder.split('/').map((_, at, parts) => parts.slice(0, at + 1).join('/'))

/** A folder as somebody types it, without slashes around it. */
export const typedFolder = (text: string): string =>
  text
    .split('/')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .join('/')

/** `image/png` is "PNG", `application/vnd.apache.parquet` is "PARQUET": the extension says more than the type. */
export function typeLabel({ name, contentType }: { name: string; contentType: string }): string {
  const base = baseOf(name)
  const dot = base.lastIndexOf('.')
  if (dot > 0 && base.length - dot <= 8) return base.slice(dot + 1).toUpperCase()
  return contentType.slice(contentType.indexOf('/') + 1)
}

/** `plan.pdf` → `plan (restored).pdf`. */
export function restoredName(name: string): string {
  const dot = baseOf(name).lastIndexOf('.')
  const cut = dot < 1 ? name.length : name.length - baseOf(name).length + dot
  return `${name.slice(0, cut)} (restored)${name.slice(cut)}`
}
