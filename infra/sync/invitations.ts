import { createHash } from 'node:crypto';
import type { RandomBytes } from '@mana/service';
import type { Role } from '@mana/sync';

const DAY_MS = 24 * 3600_000;

/**
 * Longest life of a link, in days, by the role it carries. Whoever finds a link is let in by it: so a link that says nothing else makes
 * a viewer, one that lets people write has to be asked for by name, and the more it may do, the sooner it ends.
 */
export const LONGEST_DAYS = { viewer: 30, commenter: 30, editor: 7, admin: 1 } as const satisfies Partial<Record<Role, number>>;

/** What a link carries when nobody says. */
export const DEFAULT_ROLE = 'viewer';
/** How long a link works when nobody says, in days; never longer than its role allows. */
const DEFAULT_DAYS = 7;

/** When a link made now ends, ms since 1970. */
export function expiryOf(role: keyof typeof LONGEST_DAYS, days: number | undefined, now: number): number {
	return now + Math.min(days ?? DEFAULT_DAYS, LONGEST_DAYS[role]) * DAY_MS;
}

/** A secret for a link, and the id and hash under which it is kept. @param random fills what it is given */
export function newSecret(random: RandomBytes): { id: string; secret: string; hash: string } {
	const secret = Buffer.from(random(new Uint8Array(32))).toString('base64url');
	const id = Buffer.from(random(new Uint8Array(12))).toString('base64url');
	return { id, secret, hash: hashOf(secret) };
}

/** SHA-256 as base64url: what the store knows of a secret. */
export function hashOf(secret: string): string {
	return createHash('sha256').update(secret).digest('base64url');
}
