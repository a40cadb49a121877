/** A mail as programs write it. */
export function mailOf({
	to,
	id,
	from = 'Ada <ada@mana.example>',
	subject = 'Buy milk',
	text = 'Two bottles.',
	more = '',
}: {
	readonly to: string;
	readonly id: string;
	readonly from?: string;
	readonly subject?: string;
	readonly text?: string;
	/** Further lines of the head, each with its end. */
	readonly more?: string;
}): string {
	return [
		`From: ${from}`,
		`To: ${to}`,
		`Subject: ${subject}`,
		`Message-ID: <${id}>`,
		'Date: Fri, 27 Nov 2026 09:00:00 +0100',
		`${more}MIME-Version: 1.0`,
		'Content-Type: text/plain; charset=utf-8',
		'',
		text,
		'',
	].join('\r\n');
}
