import { renderSVG } from 'uqr';
import { version } from '@mana/service';
import { escapeHtml, smallPage } from '../small-page.ts';
import type { HubCertificate } from './authority.ts';

const certificatePath = '/mana-authority.crt';

/** What is answered without encryption on the local network: how to trust this Mana, and its authority's certificate. */
export function trustAnswer(request: Request, publicUrl: URL, { authority, fingerprint }: HubCertificate): Response {
	const { pathname } = new URL(request.url);
	if (pathname === '/health/live') return Response.json({ status: 'ok', name: 'mana-web', version, pid: process.pid });
	if (pathname === certificatePath)
		return new Response(authority, {
			headers: {
				'content-type': 'application/x-x509-ca-cert',
				'content-disposition': 'attachment; filename="mana-authority.crt"',
			},
		});
	return trustPage(publicUrl, fingerprint);
}

function trustPage(publicUrl: URL, fingerprint: string): Response {
	const plain = `http://${publicUrl.host}`;
	return smallPage({
		title: 'Trust this Mana once',
		status: 200,
		connect: publicUrl.origin,
		script: goOnWhenTrusted(publicUrl.origin),
		body: `<p>This Mana encrypts what goes over your network with a certificate of its own. Your device has to be told once that it may
trust it; then this page leads on by itself.</p>
<p><a class="go" href="${certificatePath}">1. Get the certificate</a></p>
<ol start="2">
<li><strong>iPhone, iPad:</strong> Settings → Profile Downloaded → Install. Then Settings → General → About → Certificate Trust
Settings → switch Mana on.</li>
<li><strong>Android:</strong> Settings → Security → More → Install a certificate → CA certificate → choose the file.</li>
<li><strong>macOS:</strong> open the file, then in Keychain Access set it to “Always Trust”.</li>
<li><strong>Windows:</strong> open the file → Install certificate → Local machine → Trusted Root Certification Authorities.</li>
<li><strong>Linux, Firefox:</strong> Settings → Privacy &amp; Security → View Certificates → Authorities → Import.</li>
</ol>
<p><a class="go" href="${escapeHtml(publicUrl.origin)}/">3. Open Mana</a></p>
<p>To be sure that it is yours, compare its fingerprint with the one in <code>tls/authority.crt</code> of your data folder:<br>
<code>${fingerprint}</code></p>
<p>It can vouch for local names and addresses only, for no site on the internet.</p>
<p>For another device: scan this, or type <code>${escapeHtml(plain)}</code></p>
<p>${qrCode(plain)}</p>`,
	});
}

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
