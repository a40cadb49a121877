import { z } from 'zod';
import type { PersonRow } from './store.ts';

/** What a person may do on this Mana as a whole; rights inside spaces are mana-sync's. */
export const roles = ['owner', 'admin', 'member', 'guest'] as const;
export type Role = (typeof roles)[number];

/** How early somebody gets what is new, from last to first: a word for the owner to give, and for software to ask for. */
export const tiers = ['public', 'beta', 'alpha', 'founder'] as const;
export type Tier = (typeof tiers)[number];

/** A person as callers see them. */
export interface Person {
	/** 26 characters, a record id. */
	readonly id: string;
	readonly name: string;
	readonly email: string;
	readonly role: Role;
	readonly tier: Tier;
	/** BCP 47 tag: `en`, `de`, `pt-BR`. */
	readonly language: string;
	/** ISO 8601, UTC. */
	readonly createdAt: string;
}

/** A name as a person writes it: spaces tidied, Unicode composed (NFC). */
export const nameSchema = z
	.string()
	.transform((text) => text.normalize('NFC').replaceAll(/\s+/g, ' ').trim())
	.pipe(
		z
			.string()
			.min(1, 'Give a name.')
			.max(80, 'A name has at most 80 characters.')
			.regex(/^[^\p{Cc}\p{Cf}<>]*$/u, 'A name has no control characters and no < or >.'),
	);

/** An e-mail address in the one form it is stored and compared in: trimmed, NFC, lower case. */
export const emailSchema = z
	.string()
	.transform((text) => text.normalize('NFC').trim().toLowerCase())
	.pipe(z.string().max(254, 'An e-mail address has at most 254 characters.').pipe(z.email('This is no e-mail address.')));

/** A BCP 47 language tag in its canonical form. */
export const languageSchema = z
	.string()
	.max(35)
	.transform((text, context) => {
		const tag = canonicalTag(text);
		if (tag !== null) return tag;
		context.addIssue({ code: 'custom', message: 'Give a language tag such as "en" or "de".' });
		return z.NEVER;
	});

export function toPerson(row: PersonRow): Person {
	const { id, name, email, role, tier, language, created_at } = row;
	return { id, name, email, role, tier, language, createdAt: created_at };
}

/** `Intl` is the judge of tags: it throws a RangeError on what is none. */
function canonicalTag(text: string): string | null {
	try {
		return Intl.getCanonicalLocales(text)[0] ?? null;
	} catch (error) {
		if (error instanceof RangeError) return null;
		throw error;
	}
}
