import PostalMime from 'postal-mime';

/** What of a mail's head decides what becomes of it. The rest is not even fetched before that. */
export const headNames = [
	'to',
	'cc',
	'delivered-to',
	'x-delivered-to',
	'x-original-to',
	'envelope-to',
	'x-envelope-to',
	'x-forwarded-to',
	'resent-to',
	'from',
	'return-path',
	'message-id',
	'auto-submitted',
	'list-id',
	'precedence',
] as const;

const recipients: readonly string[] = headNames.slice(0, headNames.indexOf('from'));

export interface MailHead {
	/** Every address to which it was sent, as any server on its way wrote it down; in small letters. */
	readonly to: readonly string[];
	/** Whom it says it is from; empty: nobody. */
	readonly from: string;
	/** Empty: none. */
	readonly messageId: string;
	/** What sent it, where that is no person: `replied` by a program of a mailbox (RFC 3834), `list` to many, `generated` by a program. */
	readonly automatic: 'replied' | 'list' | 'generated' | null;
}

/** Reads the lines of a head that were fetched (RFC 5322). */
export async function readHead(lines: Uint8Array): Promise<MailHead> {
	const { headers } = await PostalMime.parse(lines);
	const of = (name: string) => headers.filter(({ key }) => key === name).map(({ value }) => value);
	const first = (name: string) => of(name)[0]?.trim() ?? '';
	return {
		to: [...new Set(recipients.flatMap(of).flatMap(addressesIn))],
		from: addressesIn(first('from'))[0] ?? '',
		messageId: first('message-id'),
		automatic: automaticBy({
			submitted: first('auto-submitted').toLowerCase(),
			precedence: first('precedence').toLowerCase(),
			list: first('list-id'),
			path: first('return-path'),
		}),
	};
}

function addressesIn(value: string): string[] {
	return (value.match(/[^\s<>()[\],;:"]+@[^\s<>()[\],;:"]+/g) ?? []).map((one) => one.toLowerCase());
}

interface Signs {
	readonly submitted: string;
	readonly precedence: string;
	readonly list: string;
	readonly path: string;
}

/** By the signs of RFC 3834 §5 and RFC 2919; nobody answers to an empty return path. */
function automaticBy({ submitted, precedence, list, path }: Signs): MailHead['automatic'] {
	if (submitted.startsWith('auto-replied') || precedence === 'auto_reply' || path === '<>') return 'replied';
	if (list !== '' || ['bulk', 'list', 'junk'].includes(precedence)) return 'list';
	return submitted === '' || submitted.startsWith('no') ? null : 'generated';
}
