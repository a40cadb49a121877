import { plainSecurity } from './security.ts';

/** The languages of Mana. */
export type Language = 'en' | 'de';

export interface SmallPage {
	readonly language: Language;
	readonly title: string;
	/** Markup of our own; whatever comes from outside goes through `escapeHtml`. */
	readonly body: string;
	readonly status: number;
	/** A script of our own, allowed by its hash. */
	readonly script?: string;
	/** A further source that the script may ask. */
	readonly connect?: string;
}

/** A page that stands alone: for a door without an app, an address that is not safe, the certificate of this Mana. */
export function smallPage({ language, title, body, status, script, connect }: SmallPage): Response {
	const hash = script === undefined ? "'none'" : `'sha256-${new Bun.CryptoHasher('sha256').update(script).digest('base64')}'`;
	const html = `<!doctype html>
<html lang="${language}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
<main>
<h1>${escapeHtml(title)}</h1>
${body}
</main>${script === undefined ? '' : `\n<script>${script}</script>`}
`;
	return new Response(html, {
		status,
		headers: {
			...plainSecurity,
			'content-type': 'text/html; charset=utf-8',
			'cache-control': 'no-store',
			'content-security-policy': `default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; script-src ${hash}; connect-src ${connect ?? "'none'"}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
		},
	});
}

/** The language that a browser asks for first, of those that Mana has. These pages stand outside the build, so its choice is not known. */
export function languageOf(request: Request): Language {
	const asked = (request.headers.get('accept-language') ?? '').toLowerCase().split(',');
	const known = asked.map((tag) => tag.trim().slice(0, 2)).find((tag) => tag === 'en' || tag === 'de');
	return known === 'de' ? 'de' : 'en';
}

export function escapeHtml(text: string): string {
	return Bun.escapeHTML(text);
}

// System colours: these pages stand outside the build, so its tokens are not there.
const style = `
:root { font: 100%/1.6 system-ui, sans-serif; color: CanvasText; background: Canvas }
main { max-width: 36rem; margin: 12vh auto; padding: 0 1.5rem }
h1 { font-size: 1.6rem; line-height: 1.25; font-weight: 650; letter-spacing: -0.01em }
h2 { font-size: 1.05rem; margin: 1.8rem 0 0.5rem }
ul, ol { padding-left: 1.2rem }
details { border-bottom: 1px solid color-mix(in srgb, CanvasText 15%, Canvas) }
summary { padding: 0.6rem 0; font-weight: 600; cursor: pointer }
em { font-style: normal; font-weight: 600 }
a { color: LinkText }
a.go { display: inline-block; padding: 0.55rem 1.1rem; border-radius: 0.6rem; border: 1px solid; font-weight: 600; text-decoration: none }
code { font: 0.95em ui-monospace, monospace; padding: 0.1em 0.35em; border-radius: 0.3em; background: color-mix(in srgb, CanvasText 9%, Canvas); overflow-wrap: anywhere }
svg.qr { width: 11rem; height: 11rem; background: #fff; padding: 0.6rem; border-radius: 0.6rem }
li { margin: 0.4rem 0 }
main { overflow-wrap: anywhere }
`;
