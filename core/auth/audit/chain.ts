import { createHash } from 'node:crypto';

/** What an entry says beside its kind, as the reader of the log needs it: short texts, numbers, flags. */
export type Detail = Readonly<Record<string, string | number | boolean>>;

/** The part of an entry that is about people. It can be taken out later, and the chain still proves that nothing else was changed. */
export interface Content {
	/** Whom it concerns. */
	readonly person: string | null;
	/** Who did it, where that is somebody else. */
	readonly actor: string | null;
	/** Pseudonym of an e-mail address that was given by nobody in particular. */
	readonly account: string | null;
	readonly address: string;
	readonly agent: string;
	readonly detail: Detail;
	/** Random, so that nobody can find what was taken out by trying: base64url of 16 bytes. */
	readonly salt: string;
}

/** One link of the chain. */
export interface Link {
	/** 1 for the first, then without a gap. */
	readonly seq: number;
	/** Milliseconds since 1970. */
	readonly at: number;
	readonly kind: string;
	/** `contentHash` of what it said when it was written. */
	readonly content: string;
	/** `linkHash` of the one before; `beginning` for the first. */
	readonly previous: string;
}

/** What the first link comes after. */
export const beginning = 'A'.repeat(43);

/** SHA-256 of the canonical form of what an entry says, base64url. */
export function contentHash(content: Content): string {
	const { person, actor, account, address, agent, detail, salt } = content;
	return sha256(canonical({ person, actor, account, address, agent, detail, salt }));
}

/** SHA-256 of the canonical form of a link, base64url: it covers the link before, and so all of them. */
export function linkHash({ seq, at, kind, content, previous }: Link): string {
	return sha256(canonical({ seq, at, kind, content, previous }));
}

type Json = string | number | boolean | null | { readonly [name: string]: Json };

/** JSON with sorted names and no spaces (RFC 8785; our numbers are integers and our names plain). */
export function canonical(value: Json): string {
	if (value === null || typeof value !== 'object') return JSON.stringify(value);
	const names = Object.keys(value).sort();
	return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(value[name] ?? null)}`).join(',')}}`;
}

function sha256(text: string): string {
	return createHash('sha256').update(text).digest('base64url');
}
