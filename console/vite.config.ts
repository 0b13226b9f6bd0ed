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

export default defineConfig({
  plugins: [react(), layerOrder],
  build: {
    target: 'es2024',
    // A policy without `data:` for fonts and styles: every file is a file.
    assetsInlineLimit: 0,
    // All styles are 11 KB: one file is sooner there than ten.
    cssCodeSplit: false,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 600,
  },
  server: {
    proxy: {
      '/api': { target: SERVER, changeOrigin: true, ws: true, headers: { origin: SERVER } },
      '/docs': SERVER,
    },
  },
})
