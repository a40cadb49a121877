import type { HostEnvironment } from '@mana/schema';
import { addressOn, portIn } from '@mana/service';
import { renderUnicodeCompact } from 'uqr';
import { lanAddresses, plainUrlOf } from '../../web/lan/addresses.ts';
import { Refusal } from './refusal.ts';

/** How people reach this Mana. */
export interface Front {
	readonly publicUrl: string;
	/** The address that ports are listened on. */
	readonly host: string;
	/** What the processes are told about it. */
	readonly environment: Readonly<Record<string, string>>;
	/** What the terminal says when all is up. */
	greeting(setupLink: string | null, took: string): string[];
}

export interface FrontOptions {
	readonly lan: boolean;
	/** Where it lives on the local network, when it has a name there. */
	readonly lanUrl?: string | undefined;
	/** The address people use, when a proxy stands before this Mana. */
	readonly publicUrl: string | undefined;
	readonly offset: number;
	/** What a host plan tells the processes of this host. */
	readonly plan?: HostEnvironment | undefined;
}

const hub = 'mana-web';
const host = '127.0.0.1';

/** @throws Refusal when the address cannot be used */
export function frontOf({ lan, lanUrl, publicUrl, offset, plan }: FrontOptions): Front {
	if (plan) {
		if (lan || (publicUrl ?? plan.MANA_PUBLIC_URL) !== plan.MANA_PUBLIC_URL)
			throw new Refusal(
				`The plan says itself that people reach this Mana at ${plan.MANA_PUBLIC_URL}: leave out --lan, --public-url and MANA_PUBLIC_URL.`,
			);
		return byPlan(plan);
	}
	if (lan && publicUrl !== undefined)
		throw new Refusal('--lan and --public-url exclude each other: behind a proxy, the proxy opens it to others.');
	if (lan) return onTheLan(portIn(hub, offset), lanUrl);
	if (publicUrl !== undefined) return behindProxy(publicUrl, offset);
	const url = `http://localhost:${portIn(hub, offset)}`;
	return { publicUrl: url, host, environment: { MANA_PUBLIC_URL: url, MANA_HOST: host }, greeting: greet(url) };
}

function onTheLan(port: number, named: string | undefined): Front {
	const url = named ?? `https://${firstAddress()}:${port}`;
	const plain = plainUrlOf(new URL(url), port).origin;
	return {
		publicUrl: url,
		host: '0.0.0.0',
		environment: { MANA_PUBLIC_URL: url, MANA_HOST: host, MANA_WEB_LAN: 'true' },
		greeting: (link, took) => [
			...greet(url)(link, took),
			'',
			`First time on a device? Open ${plain} there: it says how to trust this Mana.`,
			renderUnicodeCompact(plain),
		],
	};
}

function firstAddress(): string {
	const [address] = lanAddresses();
	if (!address) throw new Refusal('This machine has no address on a local network. Connect it to one, or start without --lan.');
	return address;
}

function behindProxy(text: string, offset: number): Front {
	const url = URL.canParse(text) ? new URL(text) : null;
	if (!url || !['http:', 'https:'].includes(url.protocol) || url.pathname !== '/')
		throw new Refusal(`"${text}" is no address for a Mana. Use one without a path, as https://mana.example.org`);
	const environment = { MANA_PUBLIC_URL: url.origin, MANA_HOST: process.env['MANA_HOST'] ?? host, MANA_WEB_BEHIND_PROXY: 'true' };
	return {
		publicUrl: url.origin,
		host: environment.MANA_HOST,
		environment,
		greeting: (link, took) => [
			...greet(url.origin)(link, took),
			`Your proxy passes it on to ${addressOn(host, portIn(hub, offset))}`,
		],
	};
}

function byPlan(environment: HostEnvironment): Front {
	const { MANA_PUBLIC_URL: publicUrl, MANA_HOST: host } = environment;
	return { publicUrl, host, environment, greeting: greet(publicUrl) };
}

function greet(url: string): Front['greeting'] {
	return (link, took) => [
		`\nMana is ready (${took}):  ${url}`,
		...(link === null ? [] : ['', 'Nobody owns it yet. This link makes you its owner:', `  ${link}`]),
	];
}
