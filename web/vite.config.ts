import adapter from '@sveltejs/adapter-static';
import { sveltekit } from '@sveltejs/kit/vite';
import { defineConfig } from 'vite';

/**
 * One build for all apps: the routes are the folders of `apps/`, and every unknown address gets the same page. Its security headers are
 * the hub's (see security.ts). Call it by `bun web/build.ts`, which makes what it needs first.
 */
export default defineConfig({
	plugins: [
		sveltekit({
			adapter: adapter({ pages: 'build', assets: 'build', fallback: 'index.html' }),
			files: { routes: '../apps', assets: 'generated/static' },
			serviceWorker: { register: false },
			paths: { relative: false },
			version: { name: process.env['MANA_BUILD'] ?? 'development', pollInterval: 0 },
			compilerOptions: { runes: true },
		}),
	],
	server: { fs: { allow: ['..'] } },
	build: {
		target: 'es2023',
		cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
		sourcemap: false,
		reportCompressedSize: false,
	},
});
