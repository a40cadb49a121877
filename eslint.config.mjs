// Only what oxlint cannot see: the markup of .svelte files.
import * as typescript from '@typescript-eslint/parser';
import svelte from 'eslint-plugin-svelte';

export default [
	{ ignores: ['**/*.js', '**/*.mjs', '**/*.svelte.ts', 'web/build/**', 'web/.svelte-kit/**', 'data/**'] },
	...svelte.configs.base,
	{
		files: ['**/*.svelte'],
		languageOptions: { parserOptions: { parser: typescript } },
		rules: {
			'svelte/no-at-html-tags': 'error',
			'svelte/no-target-blank': 'error',
			'svelte/no-dom-manipulating': 'error',
			'svelte/no-dupe-else-if-blocks': 'error',
			'svelte/no-not-function-handler': 'error',
			'svelte/require-each-key': 'error',
		},
	},
];
