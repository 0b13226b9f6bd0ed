// Where uploaded files of a site are stored, and which source publishes them.

type Picked = { path: string }

/** A folder of its own for each upload, so that files of an earlier one are not published again. */
export function folderFor(project: string, at: Date): string {
  const name = project.replace(/[^\w.-]+/g, '-').replace(/^[-.]+|[-.]+$/g, '')
  const time = at.toISOString().slice(0, 19).replace('T', ' ').replaceAll(':', '-')
  return `sites/${name || 'site'}/${time}`
}

type Source = { kind: 'zip'; zip: string } | { kind: 'prefix'; prefix: string }

/** One zip is unpacked. Of a folder, the content is published, without the folder in the path. */
export function sourceFor(picked: readonly Picked[], folder: string): Source {
  const [first] = picked
  if (picked.length === 1 && first !== undefined && /\.zip$/i.test(first.path))
    return { kind: 'zip', zip: `${folder}/${first.path}` }
  const roots = new Set(
    picked.map(({ path }) => (path.includes('/') ? path.slice(0, path.indexOf('/')) : '')),
  )
  const [root = ''] = roots
  return { kind: 'prefix', prefix: roots.size === 1 && root !== '' ? `${folder}/${root}/` : `${folder}/` }
}
