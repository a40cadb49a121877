import { createHash } from 'node:crypto';

/**
 * The headers that every answer of the hub carries.
 *
 * Scripts run only from this origin, or inline when they stand in the built page itself (by hash). Styles may be inline, since
 * components place and animate things by them; markup from people never reaches a page as HTML. Files of people are shown from blob
 * addresses, under types that run nothing (`kit/ui/attachments/file-kind.ts`); a frame only ever gets a PDF.
 *
 * @param page the built page
 * @param publicUrl where the hub lives
 */
export function securityHeaders(page: string, publicUrl: URL): Readonly<Record<string, string>> {
	const socket = `${publicUrl.protocol === 'https:' ? 'wss' : 'ws'}://${publicUrl.host}`;
	const policy = [
		"default-src 'self'",
		`script-src 'self' ${inlineScripts(page).join(' ')}`.trim(),
		"style-src 'self' 'unsafe-inline'",
		"img-src 'self' data: blob:",
		"media-src 'self' blob:",
		"font-src 'self'",
		`connect-src 'self' ${socket}`,
		"worker-src 'self'",
		"manifest-src 'self'",
		"object-src 'none'",
		"base-uri 'none'",
		"form-action 'self'",
		"frame-src 'self' blob:",
		"frame-ancestors 'none'",
	];
	return {
		...plainSecurity,
		'content-security-policy': policy.join('; '),
		'cross-origin-opener-policy': 'same-origin',
		'permissions-policy': 'camera=(self), microphone=(self), geolocation=(self), payment=(), usb=(), browsing-topics=()',
		...(publicUrl.protocol === 'https:' ? { 'strict-transport-security': 'max-age=31536000' } : {}),
	};
}

/** For what is no page: answers of services and small pages without scripts. */
export const plainSecurity = {
	'x-content-type-options': 'nosniff',
	'referrer-policy': 'same-origin',
	'x-frame-options': 'DENY',
	'cross-origin-resource-policy': 'same-origin',
} as const;

/** CSP sources of the scripts that stand in the page (CSP level 3, §2.3.1). */
export function inlineScripts(page: string): string[] {
	return [...page.matchAll(/<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g)].map(
		([, script]) =>
			`'sha256-${createHash('sha256')
				.update(script ?? '')
				.digest('base64')}'`,
	);
}
