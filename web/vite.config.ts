// SPDX-License-Identifier: Apache-2.0
import { defineConfig } from 'vite';

// Relative addresses in the built page, so that it works under any path and copied anywhere.
export default defineConfig({
  root: 'view',
  base: './',
  build: { outDir: '../dist', emptyOutDir: true, target: 'es2021', modulePreload: false },
});
