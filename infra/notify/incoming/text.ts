/** What ends a line in text when it begins or ends as an element. */
const blocks = 'p, div, br, tr, h1, h2, h3, h4, h5, h6, ul, ol, pre, table, section, article, hr';
/** What is no text of the sender's: how it looks, and what other programs wrote down as quoted. */
const dropped = 'style, script, head, title, blockquote, .gmail_quote, .gmail_signature, .moz-cite-prefix, .moz-signature';
/** Behind these stands nothing but the mail that is answered (Outlook). */
const ends = '#appendonsend, #divRplyFwdMsg';

/** What HTML of a mail says, as text: a line each paragraph, without what it quotes and without a signature where programs mark those. */
export function textOfHtml(html: string): string {
	const parts: string[] = [];
	let [hidden, ended] = [0, false];
	const say = (text: string) => {
		if (hidden === 0 && !ended) parts.push(text);
	};
	new HTMLRewriter()
		.on(ends, { element: () => void (ended = true) })
		.on(dropped, {
			element(element) {
				if (!element.canHaveContent || element.selfClosing) return;
				hidden++;
				element.onEndTag(() => void hidden--);
			},
		})
		.on(blocks, {
			element(element) {
				say('\n');
				if (element.canHaveContent && !element.selfClosing) element.onEndTag(() => say('\n'));
			},
		})
		.on('li', { element: () => say('\n- ') })
		.onDocument({ text: ({ text }) => say(text.replaceAll(/\s+/g, ' ')) })
		.transform(html);
	return tidy(decoded(parts.join('')));
}

const named: Readonly<Record<string, string>> = {
	amp: '&',
	lt: '<',
	gt: '>',
	quot: '"',
	apos: "'",
	nbsp: ' ',
	auml: 'ä',
	ouml: 'ö',
	uuml: 'ü',
	Auml: 'Ä',
	Ouml: 'Ö',
	Uuml: 'Ü',
	szlig: 'ß',
	eacute: 'é',
	egrave: 'è',
	agrave: 'à',
	ccedil: 'ç',
	ntilde: 'ñ',
	hellip: '…',
	ndash: '–',
	mdash: '—',
	rsquo: '’',
	lsquo: '‘',
	ldquo: '“',
	rdquo: '”',
	bdquo: '„',
	euro: '€',
	copy: '©',
	bull: '•',
};

function decoded(text: string): string {
	return text.replaceAll(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|(\w{1,10}));/gi, (all, decimal?: string, hex?: string, name = '') => {
		const point = decimal ? Number(decimal) : hex ? Number.parseInt(hex, 16) : null;
		if (point === null) return named[name] ?? all;
		return point === 0 || point > 0x10_ff_ff ? '\uFFFD' : String.fromCodePoint(point);
	});
}

/** The line with which programs say whom they quote below it, in the languages of many mailboxes. */
const quoting =
	/^(?:On\b.{4,200}\bwrote:|Am\b.{4,200}\bschrieb\b.{0,200}:|Le\b.{4,200}\ba écrit\s?:|El\b.{4,200}\bescribió:|Il\b.{4,200}\bha scritto:|-{3,}\s*(?:Original Message|Ursprüngliche Nachricht|Message d'origine|Mensaje original|Messaggio originale)\s*-{3,})$/u;

/** Text without what it quotes at its end, and without a signature (RFC 3676 §4.3). A forwarded mail is what was meant: it stays. */
export function withoutQuotes(text: string): string {
	const lines = text.replaceAll(/\r\n?/g, '\n').split('\n');
	const signature = lines.findIndex((line) => line === '-- ' || line === '--\u00A0' || line === '--');
	const own = signature < 0 ? lines : lines.slice(0, signature);
	const quote = own.findIndex(
		(line, n) => quoting.test(line.trim()) || quoting.test(`${line.trim()} ${own[n + 1]?.trim() ?? ''}`),
	);
	const kept = quote < 0 ? own : own.slice(0, quote);
	return tidy(kept.filter((line) => !line.startsWith('>')).join('\n'));
}

function tidy(text: string): string {
	return text
		.replaceAll(/\r\n?/g, '\n')
		.replaceAll(/(?!\n|\t)\p{Cc}/gu, '')
		.replaceAll(/[ \t\u00A0]+\n/g, '\n')
		.replaceAll(/\n[ \u00A0]+/g, '\n')
		.replaceAll(/\n{3,}/g, '\n\n')
		.trim();
}
