import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

/** `npm run dev:console`: the console from its sources, in front of a running `npm start`. */
const SERVER = process.env.ORRERY_URL ?? 'http://localhost:8787'

/**
 * Which layer of styles wins is settled by who is seen first, and files come in the order of chunks. So each begins with the
 * order of all.
 */
const LAYERS = '@layer reset, tokens, base, ui, feature;\n'
const layerOrder: Plugin = {
  name: 'layer-order',
  enforce: 'pre',
  transform: (code, id) => (id.endsWith('.css') && code.includes('@layer') ? LAYERS + code : null),
}

/** What nearly every page needs: one file is smaller, and sooner there, than thirty. */
const EVERY_PAGE =
  /node_modules\/(?:react|react-dom|scheduler|use-sync-external-store|@tanstack\/(?:query-core|react-query|router-core|react-router|history|store|react-store))\/|src\/(?:api\/(?:client|clock|live|pages|problem|session|team)|ui\/(?:glyph|icon|status|use-\w+)|ui\/format\/time(?:-text)?|ui\/kit\/(?:button|page|tabs|tag|toast))\.(?:module\.css|tsx?)$/

export default defineConfig({
  plugins: [react(), layerOrder],
  build: {
    target: 'es2024',
    // A policy without `data:` for fonts and styles: every file is a file.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'every-page', test: EVERY_PAGE }] } } },
    chunkSizeWarningLimit: 600,
  },
  server: {
    proxy: {
      '/api': { target: SERVER, changeOrigin: true, ws: true, headers: { origin: SERVER } },
      '/docs': SERVER,
    },
  },
})
