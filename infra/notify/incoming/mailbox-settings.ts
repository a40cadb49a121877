import { ConfigError, isLoopback } from '@mana/service';
import type { ImapFlowOptions } from 'imapflow';

export interface MailboxSettings {
	readonly imap: ImapFlowOptions & { readonly host: string };
	readonly folder: string;
	/** Tells mailboxes apart, without what is secret. */
	readonly name: string;
}

/**
 * Where mail comes in, from `imaps://USER:PASSWORD@HOST/FOLDER` (TLS from the first byte) or `imap://…` (STARTTLS, or nothing is read).
 * `?tls=off` is for a server on this machine.
 *
 * @throws ConfigError when a password would go in clear text over the network, or somebody is missing
 */
export function mailboxSettings(address: string): MailboxSettings {
	const url = new URL(address);
	const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
	const isPlain = url.searchParams.get('tls') === 'off';
	if (isPlain && host !== 'localhost' && !isLoopback(host))
		throw new ConfigError('MANA_NOTIFY_MAILBOX would send its password in clear text over the network. Leave tls=off away.');
	if (url.username === '' || url.password === '')
		throw new ConfigError('MANA_NOTIFY_MAILBOX names no user with a password: imaps://USER:PASSWORD@HOST/FOLDER');
	const secure = url.protocol === 'imaps:';
	const user = decodeURIComponent(url.username);
	const folder = decodeURIComponent(url.pathname.slice(1)) || 'INBOX';
	return {
		folder,
		name: `${user}@${url.host}/${folder}`,
		imap: {
			host,
			port: url.port === '' ? (secure ? 993 : 143) : Number(url.port),
			secure,
			// A server that offers no STARTTLS does not get the password.
			...(secure ? {} : { doSTARTTLS: !isPlain }),
			auth: { user, pass: decodeURIComponent(url.password) },
			logger: false,
			disableAutoIdle: true,
			connectionTimeout: 15_000,
			greetingTimeout: 15_000,
			socketTimeout: 5 * 60_000,
		},
	};
}
