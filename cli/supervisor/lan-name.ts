import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { portIn } from '@mana/service';
import { z } from 'zod';
import { lanAddresses } from '../../web/lan/addresses.ts';
import { holdName } from '../../web/lan/mdns/network.ts';
import { UsageError } from '../place.ts';
import { Refusal } from './refusal.ts';

/** A name on the local network that this Mana holds while it runs. */
export interface LanName {
	/** `https://mana.local:PORT`, or without the port where it is the one of https. */
	readonly publicUrl: string;
	/** What to tell when the wanted name was taken; `null` when it was free. */
	readonly note: string | null;
	close(): Promise<void>;
}

export interface LanNameOptions {
	readonly home: string;
	readonly offset: number;
	/** For what goes wrong while it runs. */
	readonly warn: (message: string) => void;
	/** This machine's addresses on the local network. */
	readonly addresses?: readonly string[];
	/** A port of multicast DNS of a test's own. */
	readonly mdnsPort?: number;
}

const hub = 'mana-web';
const httpsPort = 443;
const remembered = z.object({ wanted: z.string(), label: z.string() });

/**
 * Takes the name that `--name` asks for. Where somebody else has it, the next one (`mana-2`), which is remembered: a Mana that changed its
 * address from start to start would be another one for every browser.
 *
 * @param text `mana`, `mana.local`, or `mana:443` for an address without a port
 * @throws UsageError for what is no name, Refusal where it cannot be had
 */
export async function takeName(text: string, options: LanNameOptions): Promise<LanName> {
	const { home, offset, warn, addresses = lanAddresses(), mdnsPort } = options;
	const { wanted, port = portIn(hub, offset) } = readName(text);
	const [first, ...rest] = addresses;
	if (first === undefined)
		throw new Refusal('This machine has no address on a local network. Connect it to one, or start without --lan.');
	if (port !== portIn(hub, offset)) await canOpen(port, first);
	const before = recall(home);
	const name = await holdName({
		label: before?.wanted === wanted ? before.label : wanted,
		addresses: [first, ...rest],
		port,
		...(mdnsPort === undefined ? {} : { mdnsPort }),
		lost: (label) =>
			warn(`Another device answers to ${label}.local now, so this Mana does not any more. Rename that one, or start again.`),
		trouble: (error) => warn(`The name on the local network: ${error.message}`),
	}).catch((error: unknown) => {
		throw new Refusal(
			`Names on the local network cannot be used here (${error instanceof Error ? error.message : String(error)}). Start without --name.`,
		);
	});
	mkdirSync(join(home, 'run'), { recursive: true, mode: 0o700 });
	writeFileSync(file(home), `${JSON.stringify({ wanted, label: name.label })}\n`, { mode: 0o600 });
	return {
		publicUrl: `https://${name.label}.local${port === httpsPort ? '' : `:${port}`}`,
		note: name.label === wanted ? null : `Another device answers to ${wanted}.local: this Mana is ${name.label}.local.`,
		close: () => name.close(),
	};
}

/** The parts of `mana.local:443`. @throws UsageError */
export function readName(text: string): { readonly wanted: string; readonly port?: number } {
	const [, label = '', number] = /^([a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?)(?:\.local)?(?::(\d+))?$/.exec(text.toLowerCase()) ?? [];
	const port = number === undefined ? undefined : Number(number);
	if (label === '' || label === 'localhost' || (port !== undefined && (port < 1 || port > 65_535)))
		throw new UsageError(
			`--name takes one word of letters, digits and hyphens, as "mana" for mana.local, and if you like a port, as "mana:443". "${text}" is none.`,
		);
	return { wanted: label, ...(port === undefined ? {} : { port }) };
}

/** @throws Refusal that says what is in the way */
async function canOpen(port: number, address: string): Promise<void> {
	const server = createServer();
	const code = await new Promise<string | null>((resolve) => {
		server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'an error'));
		server.listen({ port, host: address, exclusive: true }, () => server.close(() => resolve(null)));
	});
	if (code === null) return;
	if (code === 'EADDRINUSE')
		throw new Refusal(`Port ${port} is taken by another program. Stop it, or leave ":${port}" out of --name.`);
	throw new Refusal(
		`Port ${port} cannot be opened (${code}): ports below 1024 need a right. On Linux: sudo sysctl net.ipv4.ip_unprivileged_port_start=${port}. Or leave ":${port}" out of --name.`,
	);
}

function recall(home: string): z.infer<typeof remembered> | null {
	try {
		return remembered.parse(JSON.parse(readFileSync(file(home), 'utf8')));
	} catch (error) {
		if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
		throw error;
	}
}

function file(home: string): string {
	return join(home, 'run', 'lan-name.json');
}
