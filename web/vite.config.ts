// SPDX-License-Identifier: Apache-2.0
import { defineConfig } from 'vite';

export default defineConfig({
  root: 'view',
  // Relative addresses in the built page, so that it works under any path and copied anywhere.
  base: './',
  build: {
    outDir: '../dist',
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: false,
    // jsmpeg adds a style element for its own player, which is not used here, and which a strict
    // content security policy forbids.
    rollupOptions: { treeshake: { manualPureFunctions: ['styleInject'] } },
  },
});
