import type { Value } from './value.ts';

/** Something that the server decides: what is asked for, or what came of it. */
export interface Decided {
	readonly command: string;
	/** The argument of a request, the value of a result. */
	readonly about: string;
}

/** The request that a register of law `command` holds until it is decided (`?command argument`), or `null`. */
export function requestOf(value: Value): Decided | null {
	return parse(value, '?');
}

/** What the server decided, as the register holds it (`=command value`), or `null` while nothing was. */
export function resultOf(value: Value): Decided | null {
	return parse(value, '=');
}

/** What to ask for to get a decided value back. Anything else stays as it is. */
export function requestAgain(value: Value): Value {
	const result = resultOf(value);
	return result ? `?${result.command} ${result.about}` : value;
}

function parse(value: Value, mark: '?' | '='): Decided | null {
	if (typeof value !== 'string' || !value.startsWith(mark)) return null;
	const [, command, about] = /^([a-z-]{1,40}) ([^]*)$/.exec(value.slice(1)) ?? [];
	return command !== undefined && about !== undefined ? { command, about } : null;
}
