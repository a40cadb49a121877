/** A place on a network that a value names. */
export interface Address {
	readonly scheme: string | null;
	readonly host: string;
	/** `null` where the scheme's own is meant. */
	readonly port: number | null;
}

const url = /\b([a-z][a-z0-9+.-]*):\/\/(?:[^\s/@"']*@)?(\[[0-9a-f:.]+\]|[\w.-]+)(?::(\d{1,5}))?(?![\w:])/gi;
const bare = /^(\[[0-9a-f:.]+\]|[a-z0-9_][\w.-]*):(\d{2,5})(?:\/.*)?$/i;

/** Every address in a value: URLs wherever they stand, and `host:port` when it is all there is. */
export function addressesIn(value: string): Address[] {
	const urls = [...value.matchAll(url)].map(([, scheme = '', host = '', port]) => ({
		scheme: scheme.toLowerCase(),
		host: host.toLowerCase(),
		port: port === undefined ? null : Number(port),
	}));
	if (urls.length > 0) return urls;
	return value.split(',').flatMap((part) => {
		const found = bare.exec(part.trim());
		return found ? [{ scheme: null, host: (found[1] ?? '').toLowerCase(), port: Number(found[2]) }] : [];
	});
}

/** Whether a host is the machine or container that speaks, so that its name says nothing about whom it means. */
export function isSelf(host: string): boolean {
	return /^(localhost|127\.[\d.]+|0\.0\.0\.0|\[?::1\]?|\[?::\]?)$/.test(host);
}

/** Whether a host is a machine and no service: an address, or what a container calls its host. */
export function isMachine(host: string): boolean {
	return (
		isSelf(host) ||
		/^(\d+\.){3}\d+$/.test(host) ||
		host.startsWith('[') ||
		/^(host\.docker\.internal|gateway\.docker\.internal)$/.test(host)
	);
}

/** Whether a host is a name of the internet, which a tunnel or proxy has to lead somewhere. */
export function isPublicName(host: string): boolean {
	return /\.[a-z]{2,}$/.test(host) && !/\.(internal|local|lan|localhost|localdomain)$/.test(host);
}

/** The service that a scheme gives away. */
export function serviceOfScheme(scheme: string | null): string | null {
	if (scheme === null) return null;
	if (/^postgres(ql)?(\+\w+)?$/.test(scheme)) return 'postgres';
	return /^rediss?$/.test(scheme) ? 'redis' : null;
}
