import { m } from '@mana/ui/i18n';
import type { WayKind } from '../../../notifications/notify-api.ts';

/** What people call the ways there are. */
export const kindWords: Readonly<Record<WayKind | 'email', () => string>> = {
	email: () => m.hub_notify_kind_email(),
	push: () => m.hub_notify_kind_push(),
	webhook: () => m.hub_notify_kind_webhook(),
	matrix: () => m.hub_notify_kind_matrix(),
	ntfy: () => m.hub_notify_kind_ntfy(),
	apprise: () => m.hub_notify_kind_apprise(),
};

/** Something that a person fills in to add a way. */
export interface WayField {
	readonly name: string;
	readonly label: () => string;
	readonly hint?: () => string;
	readonly placeholder?: string;
	readonly optional?: true;
	readonly secret?: true;
}

/** Ways that are filled in; a browser subscribes itself. */
export type TypedKind = Exclude<WayKind, 'push'>;

/** What each asks for, by the names that mana-notify knows. */
export const wayFields: Readonly<Record<TypedKind, readonly WayField[]>> = {
	webhook: [
		{ name: 'url', label: () => m.hub_notify_url(), placeholder: 'https://' },
		{ name: 'secret', label: () => m.hub_notify_secret(), hint: () => m.hub_notify_secret_hint() },
	],
	matrix: [
		{ name: 'homeserver', label: () => m.hub_notify_homeserver(), placeholder: 'https://' },
		{ name: 'room', label: () => m.hub_notify_room(), hint: () => m.hub_notify_room_hint() },
		{ name: 'accessToken', label: () => m.hub_notify_token(), secret: true },
	],
	ntfy: [
		{ name: 'server', label: () => m.hub_notify_server(), placeholder: 'https://ntfy.sh' },
		{ name: 'topic', label: () => m.hub_notify_topic() },
		{ name: 'accessToken', label: () => m.hub_notify_token_optional(), optional: true, secret: true },
	],
	apprise: [
		{ name: 'server', label: () => m.hub_notify_server(), placeholder: 'https://' },
		{ name: 'key', label: () => m.hub_notify_key(), hint: () => m.hub_notify_key_hint() },
	],
};

/** A fresh secret of Standard Webhooks: 32 random bytes. */
export function newWebhookSecret(): string {
	return `whsec_${btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(32))))}`;
}
