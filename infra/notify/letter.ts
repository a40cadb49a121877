import type { Content } from './words/content.ts';

/** A message in the two forms that a mail carries. */
export interface Letter {
	readonly text: string;
	readonly html: string;
}

/**
 * Writes a message as plain text and as HTML. Whatever it says is escaped in the HTML, here and nowhere else. The HTML states no colours
 * and no widths in pixels, so that it follows the reader's own light or dark.
 *
 * @param host what stands under it as the sender
 */
export function letterOf(
	{ subject, paragraphs, action, note }: Content,
	language: string,
	host: string,
	unsubscribe?: { readonly link: string; readonly label: string },
): Letter {
	const stop = unsubscribe ? [`${unsubscribe.label}: ${unsubscribe.link}`] : [];
	const text = [
		...paragraphs,
		...(action ? [`${action.label}:\n${action.link}`] : []),
		...(note ? [note] : []),
		`-- \n${[host, ...stop].join('\n')}`,
	];
	return {
		text: `${text.join('\n\n')}\n`,
		html: [
			`<!doctype html><html lang="${escapeHtml(language)}"><head><meta charset="utf-8">`,
			'<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">',
			`<title>${escapeHtml(subject)}</title></head>`,
			'<body style="margin:0;padding:1.5rem;font-family:system-ui,sans-serif;font-size:1rem;line-height:1.5">',
			'<div style="max-width:34rem;margin:0 auto">',
			`<h1 style="font-size:1.25rem;line-height:1.3;margin:0 0 1rem">${escapeHtml(subject)}</h1>`,
			...paragraphs.map((words) => `<p style="margin:0 0 1rem">${escapeHtml(words)}</p>`),
			...(action
				? [
						`<p style="margin:1.5rem 0"><a href="${escapeHtml(action.link)}" style="display:inline-block;padding:0.6rem 1.1rem;`,
						'border:0.1rem solid;border-radius:0.5rem;font-weight:600;text-decoration:none">',
						`${escapeHtml(action.label)}</a></p>`,
						// For whoever's mail program shows no links, and to see where it leads.
						`<p style="margin:0 0 1rem;font-size:0.85rem;overflow-wrap:anywhere">${escapeHtml(action.link)}</p>`,
					]
				: []),
			...(note ? [`<p style="margin:0 0 1rem;font-size:0.85rem">${escapeHtml(note)}</p>`] : []),
			`<p style="margin:2rem 0 0;font-size:0.85rem">${escapeHtml(host)}</p>`,
			...(unsubscribe
				? [`<p style="font-size:0.85rem"><a href="${escapeHtml(unsubscribe.link)}">${escapeHtml(unsubscribe.label)}</a></p>`]
				: []),
			'</div></body></html>',
		].join('\n'),
	};
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Text as it stands in HTML, within an element or a quoted attribute. */
export function escapeHtml(text: string): string {
	return text.replaceAll(/[&<>"']/g, (sign) => entities[sign]!);
}
