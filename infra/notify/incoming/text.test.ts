import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { readMail, UnreadableMail } from './read.ts';
import { textOfHtml, withoutQuotes } from './text.ts';

describe('the text of a mail', () => {
	const html: readonly (readonly [string, string, string])[] = [
		['paragraphs and lists', '<p>One&nbsp;day<br>at a <b>time</b></p><ul><li>milk<li>bread</ul>', 'One day\nat a time\n\n- milk\n- bread'],
		['what Gmail quotes', '<div dir="ltr">Yes &amp; no</div><div class="gmail_quote">On Fri Ada wrote:<blockquote>x</blockquote></div>', 'Yes & no'],
		['what Outlook quotes', '<p class="MsoNormal">Gern, Gr&uuml;&szlig;e</p><div id="appendonsend"></div><hr><div id="divRplyFwdMsg">Von: Ada</div><div>alt</div>', 'Gern, Grüße'],
		['what Thunderbird quotes', '<body>Gut.<div class="moz-cite-prefix">Am 1. schrieb Ada:</div><blockquote type="cite">alt</blockquote></body>', 'Gut.'],
		['what runs or looks', '<head><title>no</title><style>p{}</style></head><script>alert(1)</script><p>yes &#8364; &#x1F600;</p>', 'yes € 😀'],
	]; // prettier-ignore
	test.each(html)('is had of HTML without %s', (_, written, text) => expect(textOfHtml(written)).toBe(text));

	const plain: readonly (readonly [string, string, string])[] = [
		['a signature', 'Do it.\r\n\r\n-- \r\nAda\r\n+49 30', 'Do it.'],
		['a quote', 'Yes.\n\nOn Fri, 27 Nov 2026 at 09:00, Ada <ada@mana.example> wrote:\n> Tea?\n', 'Yes.'],
		[
			'a quote whose head is broken',
			'Ja.\n\nAm Fr., 27. Nov. 2026 um 09:00 Uhr schrieb Ada\n<ada@mana.example>:\n\n> Tee?\n',
			'Ja.',
		],
		['quoted lines between', '> Tea?\nYes\n> Cake?\nNo', 'Yes\nNo'],
		['Outlook’s original', 'Oui.\n\n-----Original Message-----\nFrom: Ada\n', 'Oui.'],
	];
	test.each(plain)('is had without %s', (_, written, text) => expect(withoutQuotes(written)).toBe(text));

	test('of a mail that was forwarded stays', () => {
		const forwarded =
			'Please do.\n\n---------- Forwarded message ---------\nFrom: Bob <bob@elsewhere.example>\n\nThe bill is due.';
		expect(withoutQuotes(forwarded)).toBe(forwarded);
	});
});

test('whatever a mail is made of, it is read or said to be unreadable', async () => {
	const pieces = fc.constantFrom('Content-Type: multipart/mixed; boundary=b', '--b', '--b--', '', 'Content-Transfer-Encoding: base64', 'Subject: =?utf-8?q?=C3', 'From: <', '\u0000', 'BEGIN:VCALENDAR', 'Content-Type: text/html', '<div id="appendonsend"><blockquote>', '&#x110000;', 'Date: never'); // prettier-ignore
	await fc.assert(
		fc.asyncProperty(fc.array(fc.oneof(pieces, fc.string()), { maxLength: 30 }), async (lines) => {
			try {
				const { subject, text, at } = await readMail(new TextEncoder().encode(lines.join('\r\n')), 1_000);
				expect(subject).not.toMatch(/[\r\n]/);
				expect(text.length).toBeLessThanOrEqual(20_000);
				expect(at).toBeLessThanOrEqual(1_000);
			} catch (error) {
				if (!(error instanceof UnreadableMail)) throw error;
			}
		}),
	);
});
