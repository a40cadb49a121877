import { escapeHtml, languageOf, smallPage } from './small-page.ts';

/** By which name a request came to the hub, and whether that is the one it lives at. */
export type Entrance = 'public' | 'loopback' | 'stranger';

export interface Address {
	readonly publicUrl: URL;
	/** Whether a proxy stands before the hub: then it, and not the hub, is what people reach. */
	readonly behindProxy: boolean;
}

/**
 * Judges the `Host` of a request. Only the hub's own name and this machine's loopback names are served: a page elsewhere that has
 * its name resolve to this machine (DNS rebinding) stays a stranger.
 */
export function entranceOf(
	host: string | undefined,
	forwardedHost: string | undefined,
	{ publicUrl, behindProxy }: Address,
): Entrance {
	const said = (behindProxy ? (forwardedHost ?? host) : host)?.toLowerCase();
	if (said === publicUrl.host) return 'public';
	return isLoopbackName(hostnameOf(said ?? '')) ? 'loopback' : 'stranger';
}

/** Whether the browser wants to show the answer as a page. */
export function wantsPage(request: Request): boolean {
	if (request.method !== 'GET' && request.method !== 'HEAD') return false;
	const destination = request.headers.get('sec-fetch-dest');
	return destination === null ? (request.headers.get('accept') ?? '').includes('text/html') : destination === 'document';
}

/** For a page that was asked for under a name the hub does not live at: explains and helps. */
export function strangerPage(request: Request, publicUrl: URL): Response {
	const language = languageOf(request);
	const words = stranger[language];
	const address = escapeHtml(publicUrl.origin);
	const host = escapeHtml(request.headers.get('host') ?? '?');
	return smallPage({
		language,
		title: words.title,
		status: 421,
		body: `<p>${words.why.replace('{host}', `<code>${host}</code>`)}</p>
<p><a class="go" href="${address}">${address}</a></p>
<p>${words.otherwise}</p>
<ul><li>${words.lan}</li><li>${words.proxy}</li></ul>`,
	});
}

const stranger = {
	en: {
		title: 'This Mana lives at another address',
		why: 'You came by {host}. This Mana answers at one address only, because what you keep in the browser, your sign-in and offline use all belong to it:',
		otherwise: 'If that address does not open on this device:',
		lan: 'To use Mana from phones and other computers at home, start it with <code>npm start -- --lan</code>. Without encryption browsers switch off offline use, notifications and passkeys, so that sets up HTTPS too.',
		proxy:
			'If it stands behind a proxy of yours, start it with <code>--public-url https://your.address</code> and let the proxy pass on the <code>Host</code> header.',
	},
	de: {
		title: 'Dieses Mana wohnt unter einer anderen Adresse',
		why: 'Du kamst über {host}. Dieses Mana antwortet nur unter einer Adresse, denn was du im Browser aufbewahrst, deine Anmeldung und die Nutzung ohne Netz gehören zu ihr:',
		otherwise: 'Wenn sich diese Adresse auf diesem Gerät nicht öffnet:',
		lan: 'Um Mana von Telefonen und anderen Rechnern zu Hause zu nutzen, starte es mit <code>npm start -- --lan</code>. Ohne Verschlüsselung schalten Browser die Nutzung ohne Netz, Mitteilungen und Passkeys ab; darum richtet das auch HTTPS ein.',
		proxy:
			'Wenn es hinter deinem Proxy steht, starte es mit <code>--public-url https://deine.adresse</code> und lass den Proxy den <code>Host</code>-Kopf weitergeben.',
	},
} as const;

function hostnameOf(host: string): string {
	return host.replace(/:\d+$/, '');
}

function isLoopbackName(name: string): boolean {
	return name === 'localhost' || name.endsWith('.localhost') || name === '[::1]' || /^127(\.\d{1,3}){3}$/.test(name);
}
