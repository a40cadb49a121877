/** What another program handed over: shared with Mana or one of its apps by the system's share sheet. */
export interface Handed {
	readonly title: string;
	readonly text: string;
	readonly url: string;
	readonly files: readonly File[];
}

/** Where something is handed over: `/share`, `/todo/share`. The web manifests say so (`web/pwa.ts`). */
export function isSharePath(path: string): boolean {
	return /^(\/[a-z][a-z-]*)?\/share$/.test(path);
}

/** Reads the form that browsers make by the `share_target` of a web manifest. */
export function handedFrom(form: FormData): Handed {
	const word = (name: string): string => {
		const value = form.get(name);
		return typeof value === 'string' ? value.trim() : '';
	};
	return {
		title: word('title'),
		text: word('text'),
		url: word('url'),
		files: form.getAll('files').filter((file): file is File => file instanceof File && (file.name !== '' || file.size > 0)),
	};
}

/** Reads what a bookmark of `captureBookmark` hands over; `null`: nothing. @param hash of an address, with its `#` */
export function handedBehind(hash: string): Handed | null {
	const said = new URLSearchParams(hash.slice(1));
	const word = (name: string): string => said.get(name)?.trim() ?? '';
	const handed = {
		title: word('title'),
		text: word('text'),
		url: /^https?:\/\//i.test(word('url')) ? word('url') : '',
		files: [],
	};
	return handed.title || handed.text || handed.url ? handed : null;
}

/**
 * What was shared as a line to add and notes that come along. Programs fill the three words as they like: many put the address into the text, and
 * some the title as well.
 */
export function lineOf({ title, text, url, files }: Handed): { readonly line: string; readonly notes: string } {
	const [first = '', ...rest] = text.split('\n').map((line) => line.trim());
	const line = title || first || url || files[0]?.name || '';
	const notes = (title === '' ? rest : [first, ...rest]).join('\n').trim();
	const isSaid = url === '' || line.includes(url) || notes.includes(url);
	return { line, notes: [notes === line ? '' : notes, isSaid ? '' : url].filter(Boolean).join('\n') };
}
