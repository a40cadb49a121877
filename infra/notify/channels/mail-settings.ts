import { ConfigError, isLoopback } from '@mana/service';
import type { SMTPTransportOptions } from 'nodemailer/lib/smtp-transport';

/**
 * How mails leave, from `smtps://…` (TLS from the first byte) or `smtp://…` (STARTTLS, or nothing is sent). `?tls=off` is for a server on
 * this machine, or one that asks for no password.
 *
 * @throws ConfigError when a password would go in clear text over the network
 */
export function smtpOptions(address: string): SMTPTransportOptions {
	const url = new URL(address);
	const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
	const isPlain = url.searchParams.get('tls') === 'off';
	const isHere = host === 'localhost' || isLoopback(host);
	if (isPlain && url.username !== '' && !isHere)
		throw new ConfigError('MANA_NOTIFY_SMTP would send its password in clear text over the network. Leave tls=off away.');
	return {
		host,
		...(url.port === '' ? {} : { port: Number(url.port) }),
		secure: url.protocol === 'smtps:',
		// A server that offers no STARTTLS gets nothing: neither the password nor the mail.
		...(isPlain ? { ignoreTLS: true } : { requireTLS: url.protocol === 'smtp:' }),
		...(url.username === '' ? {} : { auth: { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) } }),
		connectionTimeout: 15_000,
		greetingTimeout: 15_000,
		socketTimeout: 30_000,
	};
}
