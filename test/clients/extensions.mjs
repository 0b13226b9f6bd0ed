// Generated clients import `./x.js` or `./x` for what is `./x.ts`: Node, which strips types, needs this hint.
import { registerHooks } from 'node:module'

registerHooks({
  resolve(specifier, context, next) {
    if (!specifier.startsWith('.')) return next(specifier, context)
    for (const path of [
      specifier,
      specifier.replace(/\.js$/, '.ts'),
      `${specifier}.ts`,
      `${specifier}/index.ts`,
    ]) {
      try {
        return next(path, context)
      } catch {
        // The next form.
      }
    }
    return next(specifier, context)
  },
})
