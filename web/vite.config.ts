// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { defineConfig, type Plugin } from 'vite';

// What all pages have in their heads stands in one file.
const head = readFileSync(new URL('./shared/head.html', import.meta.url), 'utf8').trim();
const sharedHead: Plugin = {
  name: 'shared-head',
  transformIndexHtml: { order: 'pre', handler: (html) => html.replace('<!-- shared/head.html -->', head) },
};

export default defineConfig({
  plugins: [sharedHead],
  publicDir: 'view/public',
  // Relative addresses in the built pages, so that they work under any path and copied anywhere.
  base: './',
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: false,
    rollupOptions: {
      // The address of each page is that of its file: / and /view/.
      input: ['index.html', 'view/index.html'],
      // jsmpeg adds a style element for its own player, which is not used here, and which a strict
      // content security policy forbids.
      treeshake: { manualPureFunctions: ['styleInject'] },
    },
  },
});
