import { ConfigError, type RandomBytes } from '@mana/service';
import { z } from 'zod';

/** In what form this Mana has addresses, from `mana+*@example.org` or `*@mana.example.org`. */
export interface AddressPattern {
	/** As it was set. */
	readonly text: string;
	/** The address that has a token in it. */
	addressOf(token: string): string;
	/** @returns `null`: this is no address of ours */
	tokenOf(address: string): string | null;
}

/** 24 of 32 signs: 120 bits, which nobody guesses. Small letters and digits only, for some servers change capitals, and none that are taken for another. */
const signs = 'abcdefghijkmnpqrstuvwxyz23456789';
const LENGTH = 24;
const token = new RegExp(`^[${signs}]{${LENGTH}}$`);

/** @throws ConfigError for what makes no address, or has the star elsewhere than before the @ */
export function addressPattern(text: string): AddressPattern {
	const [before = '', after = '', ...more] = text.split('*');
	const sample = `${before}${'a'.repeat(LENGTH)}${after}`;
	if (more.length > 0 || !text.includes('*') || !after.includes('@') || !z.email().safeParse(sample).success)
		throw new ConfigError(
			`MANA_NOTIFY_MAIL_TO is "${text}". Write an address with a star before the @, as mana+*@example.org or *@mana.example.org.`,
		);
	const [start, end] = [before.toLowerCase(), after.toLowerCase()];
	return {
		text,
		addressOf: (one) => `${before}${one}${after}`,
		tokenOf(address) {
			const small = address.toLowerCase();
			if (!small.startsWith(start) || !small.endsWith(end)) return null;
			const found = small.slice(start.length, small.length - end.length);
			return token.test(found) ? found : null;
		},
	};
}

/** A token that nobody guesses. */
export function newToken(random: RandomBytes): string {
	return [...random(new Uint8Array(LENGTH))].map((byte) => signs[byte % signs.length]).join('');
}
