import type { Handed } from './handed.ts';
import type { AppManifest } from './manifest.ts';

/** An app that takes what was shared. */
interface Taker {
	readonly app: AppManifest;
	/** The page that brings its file in; `null`: the app's quick add takes it. */
	readonly imports: { readonly page: string; readonly file: File } | null;
}

/** The apps that take what was shared, those first that know such files. */
export function takersOf(apps: readonly AppManifest[], { files }: Handed): readonly Taker[] {
	const importers: Taker[] = [];
	const adders: Taker[] = [];
	for (const app of apps) {
		const { takes } = app;
		const page = takes?.imports?.page;
		const file = page === undefined ? undefined : files.find((one) => isOf(takes?.imports?.types ?? {}, one));
		if (page !== undefined && file) importers.push({ app, imports: { page, file } });
		else if (takes?.words && app.quickAdd && (files.length === 0 || takes.words === 'with-files'))
			adders.push({ app, imports: null });
	}
	return [...importers, ...adders];
}

/** By the ending of its name first: many programs share a file as plain text, or as nothing in particular. */
function isOf(types: Readonly<Record<string, readonly string[]>>, { name, type }: File): boolean {
	const ending = /\.[^.]+$/.exec(name.toLowerCase())?.[0] ?? '';
	return Object.values(types).flat().includes(ending) || (type.split(';')[0]?.trim() ?? '') in types;
}
