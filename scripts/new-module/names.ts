// The names of a module and of its object, in every spelling that the templates use.

export type Names = Record<string, string>

export function namesOf(path: string, singular = singularOf(path), prefix = prefixOf(singular)): Names {
  for (const [what, text] of Object.entries({ name: path, singular })) {
    if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(text))
      throw new Error(`The ${what} ${text} is not in kebab-case`)
  }
  if (path === singular)
    throw new Error(`The name of a module is a plural: set --singular, or use another name than ${path}`)
  if (!/^[a-z]{2,8}$/.test(prefix))
    throw new Error(`The prefix ${prefix} must have 2 to 8 lower-case letters`)
  const words = singular.replaceAll('-', ' ')
  return {
    path,
    prefix,
    table: path.replaceAll('-', '_'),
    THINGS: path.replaceAll('-', '_').toUpperCase(),
    thing: camelOf(singular),
    Thing: capital(camelOf(singular)),
    thing_: singular.replaceAll('-', '_'),
    things: camelOf(path),
    Things: capital(camelOf(path)),
    'thing words': words,
    'a thing words': `${/^[aeiou]/.test(words) ? 'an' : 'a'} ${words}`,
    'things words': path.replaceAll('-', ' '),
  }
}

export const fill = (template: string, names: Names): string =>
  template.replace(/\{\{([A-Za-z_ ]+)\}\}/g, (_whole, name: string) => {
    const text = names[name]
    if (text === undefined) throw new Error(`No template name ${name}`)
    return text
  })

const singularOf = (plural: string): string =>
  plural.endsWith('ies') ? `${plural.slice(0, -3)}y` : plural.replace(/s$/, '')

const prefixOf = (singular: string): string => singular.replaceAll('-', '').slice(0, 8)

const camelOf = (kebab: string): string =>
  kebab.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
