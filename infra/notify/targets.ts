import { SealBroken, type Sealing } from '@mana/service';
import { z } from 'zod';
import { appriseTarget } from './channels/apprise.ts';
import { matrixTarget } from './channels/matrix.ts';
import { ntfyTarget } from './channels/ntfy.ts';
import { pushTarget } from './channels/push.ts';
import { webhookTarget } from './channels/webhook.ts';
import type { ChannelRow } from './store.ts';

/** Where each kind of way leads, as its channel's own file reads it. */
export const targetShapes = {
	push: { kind: z.literal('push'), target: pushTarget },
	webhook: { kind: z.literal('webhook'), target: webhookTarget },
	matrix: { kind: z.literal('matrix'), target: matrixTarget },
	ntfy: { kind: z.literal('ntfy'), target: ntfyTarget },
	apprise: { kind: z.literal('apprise'), target: appriseTarget },
} as const;

const targetShape = z.discriminatedUnion('kind', [
	z.object(targetShapes.push),
	z.object(targetShapes.webhook),
	z.object(targetShapes.matrix),
	z.object(targetShapes.ntfy),
	z.object(targetShapes.apprise),
]);
/** A way that leads somewhere, with the secrets that it takes. */
export type Target = z.output<typeof targetShape>;

/** Said of a way whose secrets were sealed by a Mana with another secret: its data folder came without `secrets/`. */
export const SEALED_OTHERWISE =
	'This Mana has another secret than when this was added, and cannot read it any more. Add it again.';

/** A target as the table has it: sealed, since tokens and webhook secrets are in it, and bound to its row. @returns Base64url */
export function sealTarget(sealing: Sealing, id: string, target: unknown): string {
	return Buffer.from(sealing.seal(new TextEncoder().encode(JSON.stringify(target)), labelOf(id))).toString('base64url');
}

/** @returns `null` when it was sealed with another secret */
export function openTarget(sealing: Sealing, { id, kind, target }: Pick<ChannelRow, 'id' | 'kind' | 'target'>): Target | null {
	try {
		const plain = sealing.open(Buffer.from(target, 'base64url'), labelOf(id));
		return targetShape.parse({ kind, target: JSON.parse(new TextDecoder().decode(plain)) });
	} catch (error) {
		if (error instanceof SealBroken) return null;
		throw error;
	}
}

/** Where it leads, without secrets: a host, or a room. */
export function placeOf({ kind, target }: Target): string {
	switch (kind) {
		case 'push':
			return new URL(target.endpoint).host;
		case 'webhook':
			return new URL(target.url).host;
		case 'matrix':
			return `${target.room} (${new URL(target.homeserver).host})`;
		case 'ntfy':
			return `${new URL(target.server).host}/${target.topic}`;
		case 'apprise':
			return `${new URL(target.server).host}/${target.key}`;
	}
}

function labelOf(id: string): string {
	return `channel ${id}`;
}
