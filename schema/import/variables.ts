/** A use of a variable in a text, as shells and compose files write it. */
export interface VariableUse {
	readonly variable: string;
	/** What `${X:-this}` says; `null` where nothing stands in for it. */
	readonly fallback: string | null;
	/** Whether the text refuses to work without it (`${X:?why}`), or only chooses by it (`${X:+this}`). */
	readonly guarded: boolean;
}

/** The variables that a text uses, those inside of a fallback too. `$$` is a dollar sign. */
export function variablesIn(text: string): VariableUse[] {
	const uses: VariableUse[] = [];
	walk(text, (use) => {
		uses.push(use);
		return '';
	});
	return uses;
}

/** The text with every variable replaced: by its value, else by its fallback, else by nothing. */
export function substituted(text: string, valueOf: (variable: string) => string | undefined): string {
	return walk(text, ({ variable, fallback }) => valueOf(variable) ?? (fallback === null ? '' : substituted(fallback, valueOf)));
}

/** Calls for each `$X` and `${X…}` from left to right and puts together what it answers. Braces may be nested. */
function walk(text: string, take: (use: VariableUse) => string): string {
	let out = '';
	for (let at = 0; at < text.length; at++) {
		const rest = text.slice(at);
		if (rest.startsWith('$$')) {
			out += '$';
			at += 1;
			continue;
		}
		const plain = /^\$([A-Za-z_]\w*)/.exec(rest);
		const open = /^\$\{([A-Za-z_]\w*)/.exec(rest);
		if (plain?.[1] !== undefined) {
			out += take({ variable: plain[1], fallback: null, guarded: false });
			at += plain[0].length - 1;
		} else if (open?.[1] !== undefined) {
			const end = closing(rest);
			const tail = rest.slice(open[0].length, end);
			const [, sign = '', value = ''] = /^:?([-?+])([\s\S]*)$/.exec(tail) ?? [];
			out += take({ variable: open[1], fallback: sign === '-' ? value : null, guarded: sign === '?' || sign === '+' });
			if (sign === '-') walk(value, take);
			at += end;
		} else out += text[at];
	}
	return out;
}

/** Where the brace that opens at 1 closes. */
function closing(text: string): number {
	let depth = 0;
	for (let at = 1; at < text.length; at++) {
		if (text[at] === '{') depth += 1;
		if (text[at] === '}') depth -= 1;
		if (depth === 0) return at;
	}
	return text.length;
}
