import adapter from '@sveltejs/adapter-static';
import { sveltekit } from '@sveltejs/kit/vite';
import { defineConfig } from 'vite';

/** One build for all apps: the routes are the folders of `apps/`, and every unknown address gets the same page. */
export default defineConfig({
	plugins: [
		sveltekit({
			adapter: adapter({ pages: 'build', assets: 'build', fallback: 'index.html' }),
			files: { routes: '../apps', assets: 'generated/static' },
			serviceWorker: { register: false },
			paths: { relative: false },
			version: { name: process.env['MANA_BUILD'] ?? 'development', pollInterval: 0 },
			csp: {
				mode: 'hash',
				directives: {
					'default-src': ['self'],
					'script-src': ['self'],
					'style-src': ['self', 'unsafe-inline'],
					'img-src': ['self', 'data:', 'blob:'],
					'connect-src': ['self'],
					'object-src': ['none'],
					'base-uri': ['none'],
					'form-action': ['self'],
				},
			},
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
