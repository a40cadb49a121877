import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Folders that hold nothing written by hand. */
const skippedFolders = new Set([
	'node_modules',
	'build',
	'generated',
	'data',
	'test-results',
	'playwright-report',
	'results',
	'dist',
	'deploy',
]);

/** Text that people write: code, configuration, documents. */
const readable =
	/\.(ts|mjs|js|svelte|css|html|json|jsonc|yml|yaml|toml|md|txt|sh|ps1|env|conf|service|xml|svg)$|(^|\/)(Dockerfile|Caddyfile|\.npmrc|run)$/;

/** Every source and configuration file of a repository that people write, by its path from the root. */
export function readSources(root: string): Map<string, string> {
	const sources = new Map<string, string>();
	const walk = (folder: string): void => {
		for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
			const path = folder ? `${folder}/${entry.name}` : entry.name;
			if (entry.isDirectory()) {
				if (!skippedFolders.has(entry.name) && (!entry.name.startsWith('.') || entry.name === '.ci')) walk(path);
			} else if (readable.test(path) && entry.name !== 'package-lock.json') {
				sources.set(path, readFileSync(join(root, path), 'utf8'));
			}
		}
	};
	walk('');
	return sources;
}
