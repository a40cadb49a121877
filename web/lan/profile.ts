import { createHash, X509Certificate } from 'node:crypto';

/** What Apple's systems call a configuration profile; with another type Safari shows it as text. */
export const profileType = 'application/x-apple-aspen-config';

/**
 * A configuration profile that holds nothing but the authority of this Mana (Apple, "Configuration Profile Reference", `com.apple.security.root`).
 * It is the same for the same authority, so that installing it again replaces it.
 *
 * @param authority PEM
 */
export function appleProfile(authority: string): string {
	const certificate = new X509Certificate(authority);
	const name = /CN=(.*)/.exec(certificate.subject)?.[1] ?? 'Mana';
	const id = `org.mana.authority.${digest(authority).slice(0, 16)}`;
	return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
	<key>PayloadContent</key>
	<array>
		<dict>
			<key>PayloadCertificateFileName</key>
			<string>mana-authority.cer</string>
			<key>PayloadContent</key>
			<data>${certificate.raw.toString('base64')}</data>
			<key>PayloadDescription</key>
			<string>Lets this device recognise your Mana. It can vouch for local names and addresses only.</string>
			<key>PayloadDisplayName</key>
			<string>${text(name)}</string>
			<key>PayloadIdentifier</key>
			<string>${id}.certificate</string>
			<key>PayloadType</key>
			<string>com.apple.security.root</string>
			<key>PayloadUUID</key>
			<string>${uuid(`${authority}certificate`)}</string>
			<key>PayloadVersion</key>
			<integer>1</integer>
		</dict>
	</array>
	<key>PayloadDescription</key>
	<string>Lets this device recognise your Mana on the local network.</string>
	<key>PayloadDisplayName</key>
	<string>${text(name)}</string>
	<key>PayloadIdentifier</key>
	<string>${id}</string>
	<key>PayloadRemovalDisallowed</key>
	<false/>
	<key>PayloadType</key>
	<string>Configuration</string>
	<key>PayloadUUID</key>
	<string>${uuid(authority)}</string>
	<key>PayloadVersion</key>
	<integer>1</integer>
</dict>
</plist>
`;
}

function digest(of: string): string {
	return createHash('sha256').update(of).digest('hex');
}

/** A UUID that stands for a text (RFC 9562, version 8). */
function uuid(of: string): string {
	const hex = digest(of);
	return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`.toUpperCase();
}

function text(of: string): string {
	return of.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
