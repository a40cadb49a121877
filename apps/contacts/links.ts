import type { ContactSettings, Detail } from './model.ts';
import { phoneKey } from './phone.ts';
import { type Place, placeText, readPlace } from './places.ts';

/** Messengers and networks that Mana knows: what they are called, and the address that leads to somebody there. */
interface Service {
	readonly name: string;
	readonly kind: 'message' | 'social';
	/** @param handle as it was typed, without blanks and a leading `@` */
	href?(handle: string): string;
}

const path = (handle: string): string => encodeURIComponent(handle).replaceAll('%40', '@');
const digits = (handle: string): string => handle.replaceAll(/\D/g, '');

/** By what stands in the field `service`. */
export const services: Readonly<Record<string, Service>> = {
	signal: { name: 'Signal', kind: 'message', href: (handle) => `https://signal.me/#p/+${digits(handle)}` },
	whatsapp: { name: 'WhatsApp', kind: 'message', href: (handle) => `https://wa.me/${digits(handle)}` },
	telegram: {
		name: 'Telegram',
		kind: 'message',
		href: (handle) => `https://t.me/${/^\+?\d+$/.test(handle) ? `+${digits(handle)}` : path(handle)}`,
	},
	threema: { name: 'Threema', kind: 'message', href: (handle) => `https://threema.id/${path(handle)}` },
	matrix: { name: 'Matrix', kind: 'message', href: (handle) => `https://matrix.to/#/@${path(handle)}` },
	xmpp: { name: 'XMPP', kind: 'message', href: (handle) => `xmpp:${path(handle)}` },
	skype: { name: 'Skype', kind: 'message' },
	discord: { name: 'Discord', kind: 'message' },
	mastodon: {
		name: 'Mastodon',
		kind: 'social',
		href: (handle) => {
			const [name = '', host = 'mastodon.social'] = handle.split('@');
			return `https://${encodeURIComponent(host)}/@${path(name)}`;
		},
	},
	bluesky: { name: 'Bluesky', kind: 'social', href: (handle) => `https://bsky.app/profile/${path(handle)}` },
	linkedin: { name: 'LinkedIn', kind: 'social', href: (handle) => `https://www.linkedin.com/in/${path(handle)}` },
	xing: { name: 'XING', kind: 'social', href: (handle) => `https://www.xing.com/profile/${path(handle)}` },
	github: { name: 'GitHub', kind: 'social', href: (handle) => `https://github.com/${path(handle)}` },
	instagram: { name: 'Instagram', kind: 'social', href: (handle) => `https://www.instagram.com/${path(handle)}` },
	facebook: { name: 'Facebook', kind: 'social', href: (handle) => `https://www.facebook.com/${path(handle)}` },
	youtube: { name: 'YouTube', kind: 'social', href: (handle) => `https://www.youtube.com/@${path(handle)}` },
	tiktok: { name: 'TikTok', kind: 'social', href: (handle) => `https://www.tiktok.com/@${path(handle)}` },
	twitter: { name: 'X (Twitter)', kind: 'social', href: (handle) => `https://x.com/${path(handle)}` },
};

/** An address of the web as a browser may follow it; `null` for anything else, such as what would run as a script. */
export function webAddress(text: string): string | null {
	const typed = text.trim();
	if (typed === '') return null;
	const whole = /^[a-z][a-z0-9+.-]*:/i.test(typed) ? typed : `https://${typed}`;
	if (!URL.canParse(whole)) return null;
	const { protocol, href } = new URL(whole);
	return protocol === 'https:' || protocol === 'http:' ? href : null;
}

/**
 * Where a detail leads: a call, a mail, a page, a chat; `null` where it leads nowhere. An address leads to the map that the person chose.
 *
 * @param region where numbers without a country are dialled, ISO 3166
 */
export function hrefOf(
	detail: Detail,
	{ region, map }: { readonly region: string | null; readonly map: ContactSettings['map'] },
): string | null {
	const value = detail.value.trim();
	switch (detail.kind) {
		case 'email':
			return value === '' ? null : `mailto:${path(value)}`;
		case 'phone':
			return phoneKey(value, region) === '' ? null : `tel:${phoneKey(value, region)}`;
		case 'link':
			return webAddress(value);
		case 'message':
		case 'social':
			return /^https?:/i.test(value) ? webAddress(value) : handleHref(detail.service, value);
		case 'address':
			return mapHref(addressLine(detail), map);
		case 'place':
			return placeHref(readPlace(value), map);
		default:
			return null;
	}
}

function handleHref(service: string, value: string): string | null {
	const handle = value.replaceAll(/\s+/g, '').replace(/^@/, '');
	return handle === '' ? null : (services[service]?.href?.(handle) ?? null);
}

/** A map at a place; `null` where that is none, and while the person did not choose a map. */
export function placeHref(place: Place | null, map: ContactSettings['map']): string | null {
	if (place === null) return null;
	const [latitude, longitude] = placeText(place).split(', ');
	const point = `${latitude},${longitude}`;
	return {
		ask: null,
		device: `geo:${point}?q=${point}`,
		openstreetmap: `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=16/${latitude}/${longitude}`,
		google: `https://www.google.com/maps/search/?api=1&query=${point}`,
		apple: `https://maps.apple.com/?ll=${point}&q=${point}`,
	}[map];
}

/** A map at an address; `null` while the person did not choose one: until then nobody is told where their contacts live. */
export function mapHref(address: string, map: ContactSettings['map']): string | null {
	if (address === '') return null;
	const query = encodeURIComponent(address);
	return {
		ask: null,
		device: `geo:0,0?q=${query}`,
		openstreetmap: `https://www.openstreetmap.org/search?query=${query}`,
		google: `https://www.google.com/maps/search/?api=1&query=${query}`,
		apple: `https://maps.apple.com/?q=${query}`,
	}[map];
}

type AddressParts = Pick<Detail, 'value' | 'street' | 'extended' | 'postBox' | 'locality' | 'region' | 'postcode' | 'country'>;

/** Countries in which the postcode stands behind the town. */
const townFirst =
	/^(us|usa|united states.*|vereinigte staaten.*|gb|uk|united kingdom|great britain|england|scotland|wales|ca|canada|kanada|au|australia|australien|ie|ireland|irland|nz|new zealand|in|india|indien|vereinigtes königreich|großbritannien)$/i;

/** An address as it stands on an envelope, a line each. */
export function addressLines(address: AddressParts): string[] {
	const [postcode, locality, region] = [address.postcode.trim(), address.locality.trim(), address.region.trim()];
	const town = townFirst.test(address.country.trim())
		? [[locality, region].filter(Boolean).join(', '), postcode].filter(Boolean).join(' ')
		: [[postcode, locality].filter(Boolean).join(' '), region].filter(Boolean).join(', ');
	const lines = [address.street, address.extended, address.postBox, town, address.country].flatMap((part) => part.split('\n'));
	const said = lines.map((line) => line.trim()).filter(Boolean);
	return said.length > 0 ? said : address.value.split('\n').map((line) => line.trim()).filter(Boolean); // prettier-ignore
}

/** The same in one line. */
export function addressLine(address: AddressParts): string {
	return addressLines(address).join(', ');
}
