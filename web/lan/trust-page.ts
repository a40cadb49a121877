import { renderSVG } from 'uqr';
import { version } from '@mana/service';
import { escapeHtml, type Language, languageOf, smallPage } from '../small-page.ts';
import type { HubCertificate } from './authority.ts';
import { appleProfile, profileType } from './profile.ts';
import { type TrustWay, trustWays, wayOf } from './systems.ts';

const certificatePath = '/mana-authority.crt';
const profilePath = '/mana.mobileconfig';
const startedAt = Math.round(performance.timeOrigin);

/**
 * What is answered without encryption on the local network: how to trust this Mana, and its authority's certificate.
 *
 * @param plainUrl where this is answered, for the code to scan
 */
export function trustAnswer(
	request: Request,
	publicUrl: URL,
	plainUrl: URL,
	{ authority, fingerprint }: Pick<HubCertificate, 'authority' | 'fingerprint'>,
): Response {
	const { pathname } = new URL(request.url);
	if (pathname === '/health/live') return Response.json({ status: 'ok', name: 'mana-web', version, startedAt });
	if (pathname === certificatePath) return file(authority, 'application/x-x509-ca-cert', certificatePath);
	if (pathname === profilePath) return file(appleProfile(authority), profileType, profilePath);
	return trustPage(languageOf(request), wayOf(request.headers.get('user-agent') ?? ''), publicUrl, plainUrl, fingerprint);
}

function file(content: string, type: string, path: string): Response {
	return new Response(content, {
		headers: {
			'content-type': type,
			'content-disposition': `attachment; filename="${path.slice(1)}"`,
			'cache-control': 'no-store',
			'x-content-type-options': 'nosniff',
		},
	});
}

function trustPage(language: Language, asks: TrustWay | null, publicUrl: URL, plainUrl: URL, fingerprint: string): Response {
	const words = trust[language];
	const others = trustWays.filter((way) => way !== asks);
	return smallPage({
		language,
		title: words.title,
		status: 200,
		connect: publicUrl.origin,
		script: goOnWhenTrusted(publicUrl.origin),
		body: `<p>${words.why}</p>
${asks ? `<section id="${asks.id}"><h2>${asks.name}</h2>${wayHtml(asks, language)}</section>` : ''}
<h2>${asks ? words.others : words.which}</h2>
${others.map((way) => `<details id="${way.id}"><summary>${way.name}</summary>${wayHtml(way, language)}</details>`).join('\n')}
<h2>${words.go}</h2>
<p>${words.goWhen}</p>
<p><a class="go" href="${escapeHtml(publicUrl.origin)}/">${escapeHtml(publicUrl.origin)}</a></p>
${publicUrl.hostname.endsWith('.local') ? `<p>${words.name.replace('{name}', `<code>${escapeHtml(publicUrl.hostname)}</code>`)}</p>` : ''}
<h2>${words.sure}</h2>
<p>${words.compare}<br><code>${fingerprint}</code></p>
<p>${words.limit}</p>
<h2>${words.other}</h2>
<p>${words.scan} <code>${escapeHtml(plainUrl.origin)}</code></p>
<p>${qrCode(plainUrl.origin)}</p>`,
	});
}

function wayHtml({ takes, steps }: TrustWay, language: Language): string {
	const words = trust[language];
	const link =
		takes === 'profile'
			? `<a class="go" href="${profilePath}">${words.profile}</a>`
			: `<a class="go" href="${certificatePath}">${words.certificate}</a>`;
	return `<p>${link}</p><ol>${steps[language].map((step) => `<li>${step}</li>`).join('')}</ol>`;
}

const trust = {
	en: {
		title: 'Trust this Mana once',
		why: 'This Mana encrypts what goes over your network with a certificate of its own. Your device has to be told once that it may trust it; then this page leads on by itself.',
		certificate: 'Download the certificate',
		profile: 'Download the profile',
		which: 'Which device is this?',
		others: 'Another device',
		go: 'Open Mana',
		goWhen: 'As soon as your device trusts it, this opens by itself:',
		name: 'If this device does not find {name}, it does not speak multicast DNS. Start Mana without <code>--name</code> then, and it lives at its address.',
		sure: 'To be sure that it is yours',
		compare: 'Compare its fingerprint with that of <code>tls/authority.crt</code> in your data folder:',
		limit: 'It can vouch for local names and addresses only, for no site on the internet.',
		other: 'On the next device',
		scan: 'Scan this, or type',
	},
	de: {
		title: 'Vertraue diesem Mana einmal',
		why: 'Dieses Mana verschlüsselt, was über dein Netz geht, mit einem eigenen Zertifikat. Dein Gerät muss einmal erfahren, dass es ihm vertrauen darf; dann führt diese Seite von selbst weiter.',
		certificate: 'Zertifikat laden',
		profile: 'Profil laden',
		which: 'Welches Gerät ist das?',
		others: 'Ein anderes Gerät',
		go: 'Öffne Mana',
		goWhen: 'Sobald dein Gerät ihm vertraut, öffnet es sich von selbst:',
		name: 'Findet dieses Gerät {name} nicht, spricht es kein Multicast-DNS. Starte Mana dann ohne <code>--name</code>, und es wohnt unter seiner Adresse.',
		sure: 'Um sicher zu sein, dass es deines ist',
		compare: 'Vergleiche den Fingerabdruck mit dem von <code>tls/authority.crt</code> in deinem Datenordner:',
		limit: 'Es kann nur für lokale Namen und Adressen bürgen, für keine Seite im Internet.',
		other: 'Auf dem nächsten Gerät',
		scan: 'Lies das ein, oder tippe',
	},
} as const;

function qrCode(text: string): string {
	return renderSVG(text, { border: 1 }).replace(
		'<svg ',
		`<svg class="qr" role="img" aria-label="QR code for ${escapeHtml(text)}" `,
	);
}

/** The encrypted address answers only where its certificate is trusted. An iPad calls itself a Macintosh, and has a screen to touch. */
function goOnWhenTrusted(origin: string): string {
	return `if (navigator.maxTouchPoints > 1 && /Macintosh/.test(navigator.userAgent)) document.querySelector('details#ios')?.setAttribute('open', '');
const go = () => fetch(${JSON.stringify(`${origin}/health/live`)}, { mode: 'no-cors', cache: 'no-store' })
	.then(() => location.replace(${JSON.stringify(origin)} + location.pathname + location.search + location.hash), () => setTimeout(go, 3000));
go();`;
}
