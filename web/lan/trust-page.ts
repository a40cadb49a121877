import { renderSVG } from 'uqr';
import { version } from '@mana/service';
import { escapeHtml, type Language, languageOf, smallPage } from '../small-page.ts';
import type { HubCertificate } from './authority.ts';

const startedAt = Math.round(performance.timeOrigin);
const certificatePath = '/mana-authority.crt';

/** What is answered without encryption on the local network: how to trust this Mana, and its authority's certificate. */
export function trustAnswer(request: Request, publicUrl: URL, { authority, fingerprint }: HubCertificate): Response {
	const { pathname } = new URL(request.url);
	if (pathname === '/health/live') return Response.json({ status: 'ok', name: 'mana-web', version, startedAt });
	if (pathname === certificatePath)
		return new Response(authority, {
			headers: {
				'content-type': 'application/x-x509-ca-cert',
				'content-disposition': 'attachment; filename="mana-authority.crt"',
			},
		});
	return trustPage(languageOf(request), publicUrl, fingerprint);
}

function trustPage(language: Language, publicUrl: URL, fingerprint: string): Response {
	const words = trust[language];
	const plain = `http://${publicUrl.host}`;
	return smallPage({
		language,
		title: words.title,
		status: 200,
		connect: publicUrl.origin,
		script: goOnWhenTrusted(publicUrl.origin),
		body: `<p>${words.why}</p>
<h2>${words.get}</h2>
<p><a class="go" href="${certificatePath}">${words.certificate}</a></p>
<h2>${words.tell}</h2>
<ul>${words.systems.map(([system, way]) => `<li><strong>${system}:</strong> ${way}</li>`).join('')}</ul>
<h2>${words.go}</h2>
<p><a class="go" href="${escapeHtml(publicUrl.origin)}/">${escapeHtml(publicUrl.origin)}</a></p>
<p>${words.sure}<br><code>${fingerprint}</code></p>
<p>${words.limit}</p>
<p>${words.other} <code>${escapeHtml(plain)}</code></p>
<p>${qrCode(plain)}</p>`,
	});
}

const trust = {
	en: {
		title: 'Trust this Mana once',
		why: 'This Mana encrypts what goes over your network with a certificate of its own. Your device has to be told once that it may trust it; then this page leads on by itself.',
		get: '1. Get it',
		certificate: 'Certificate',
		tell: '2. Tell your device',
		systems: [
			[
				'iPhone, iPad',
				'Settings → Profile Downloaded → Install. Then Settings → General → About → Certificate Trust Settings → switch Mana on.',
			],
			['Android', 'Settings → Security → More → Install a certificate → CA certificate → choose the file.'],
			['macOS', 'open the file, then in Keychain Access set it to “Always Trust”.'],
			['Windows', 'open the file → Install certificate → Local machine → Trusted Root Certification Authorities.'],
			['Linux, Firefox', 'Settings → Privacy &amp; Security → View Certificates → Authorities → Import.'],
		],
		go: '3. Open Mana',
		sure: 'To be sure that it is yours, compare its fingerprint with that of <code>tls/authority.crt</code> in your data folder:',
		limit: 'It can vouch for local names and addresses only, for no site on the internet.',
		other: 'For another device: scan this, or type',
	},
	de: {
		title: 'Vertraue diesem Mana einmal',
		why: 'Dieses Mana verschlüsselt, was über dein Netz geht, mit einem eigenen Zertifikat. Dein Gerät muss einmal erfahren, dass es ihm vertrauen darf; dann führt diese Seite von selbst weiter.',
		get: '1. Hol es dir',
		certificate: 'Zertifikat',
		tell: '2. Sag es deinem Gerät',
		systems: [
			[
				'iPhone, iPad',
				'Einstellungen → Profil geladen → Installieren. Dann Einstellungen → Allgemein → Info → Zertifikatsvertrauenseinstellungen → Mana einschalten.',
			],
			['Android', 'Einstellungen → Sicherheit → Mehr → Zertifikat installieren → CA-Zertifikat → die Datei wählen.'],
			['macOS', 'die Datei öffnen, dann in der Schlüsselbundverwaltung auf „Immer vertrauen“ stellen.'],
			[
				'Windows',
				'die Datei öffnen → Zertifikat installieren → Lokaler Computer → Vertrauenswürdige Stammzertifizierungsstellen.',
			],
			[
				'Linux, Firefox',
				'Einstellungen → Datenschutz &amp; Sicherheit → Zertifikate anzeigen → Zertifizierungsstellen → Importieren.',
			],
		],
		go: '3. Öffne Mana',
		sure: 'Um sicher zu sein, dass es deines ist, vergleiche den Fingerabdruck mit dem von <code>tls/authority.crt</code> in deinem Datenordner:',
		limit: 'Es kann nur für lokale Namen und Adressen bürgen, für keine Seite im Internet.',
		other: 'Für ein anderes Gerät: lies das ein, oder tippe',
	},
} as const;

function qrCode(text: string): string {
	return renderSVG(text, { border: 1 }).replace(
		'<svg ',
		`<svg class="qr" role="img" aria-label="QR code for ${escapeHtml(text)}" `,
	);
}

/** The encrypted address answers only where its certificate is trusted. */
function goOnWhenTrusted(origin: string): string {
	return `const go = () => fetch(${JSON.stringify(`${origin}/health/live`)}, { mode: 'no-cors', cache: 'no-store' })
	.then(() => location.replace(${JSON.stringify(origin)} + location.pathname + location.search + location.hash), () => setTimeout(go, 3000));
go();`;
}
