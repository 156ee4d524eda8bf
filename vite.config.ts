import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** Builds the console; the hub serves what comes out at `GET /`, under a policy without inline code or styles. */
export default defineConfig({
  root: 'src/web',
  base: './',
  plugins: [react()],
  build: {
    outDir: '../../dist/web',
    emptyOutDir: true,
    target: ['chrome123', 'firefox120', 'safari17.5'],
    // As data: URLs they would need a wider policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
})
