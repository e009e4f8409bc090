import { defineConfig } from 'vite'

export default defineConfig({
  // The page answers at /graphiql without a slash at the end, so a relative address would miss.
  base: '/graphiql/',
  build: {
    outDir: '../server/explorer',
    emptyOutDir: true,
    // A file of its own for everything: the policy of the page allows no data: address for scripts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: false,
    // The licences of what is bundled ask to travel with it.
    license: { fileName: 'LICENSES.md' },
    // Monaco is one piece of three megabytes, and knows no smaller one.
    chunkSizeWarningLimit: 4000,
    rolldownOptions: {
      // "use client" speaks to servers that render React; a hundred warnings about it would hide a real one.
      onwarn: (warning, warn) => warning.code !== 'MODULE_LEVEL_DIRECTIVE' && warn(warning),
    },
  },
  worker: { format: 'es' },
})
