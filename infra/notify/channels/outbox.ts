import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import { mailOf, type Sender } from './email.ts';
import type { Channel } from './channel.ts';

/** Mails that the folder keeps; the oldest go first. */
const MOST = 1_000;
const name = /^(\d+)-([\da-f]{32})\.eml$/;

/** A mail in the folder. */
export interface KeptMail {
	/** The delivery's id. */
	readonly id: string;
	/** When it was written, in milliseconds since 1970. */
	readonly at: number;
}

/** Mails of a Mana that has, or had, no SMTP server: whoever runs it reads them there, hands them on, or sends them when there is one. */
export interface Outbox {
	readonly channel: Channel;
	/** The newest first. */
	list(): Promise<KeptMail[]>;
	/** The mail as it would have left (RFC 5322), or `null`. */
	read(id: string): Promise<Uint8Array<ArrayBuffer> | null>;
	remove(id: string): Promise<boolean>;
	/** Removes every mail to an address. @returns how many */
	forget(address: string): Promise<number>;
}

/** A folder with one `.eml` file a mail, which any mail program opens. */
export async function openOutbox(folder: string, sender: Sender): Promise<Outbox> {
	await mkdir(folder, { recursive: true, mode: 0o700 });
	const composer = createTransport({ streamTransport: true, buffer: true, newline: 'windows' });
	const list = async (): Promise<KeptMail[]> => {
		const kept = (await readdir(folder)).flatMap((file) => {
			const [, at, id] = name.exec(file) ?? [];
			return at === undefined || id === undefined ? [] : [{ id, at: Number(at) }];
		});
		return kept.sort((a, b) => b.at - a.at || (a.id < b.id ? 1 : -1));
	};
	const fileOf = ({ id, at }: KeptMail) => join(folder, `${at}-${id}.eml`);
	const find = async (id: string) => (await list()).find((kept) => kept.id === id);
	return {
		channel: {
			name: 'email',
			repeatable: true,
			concurrency: 1,
			async send(parcel, { handing }) {
				await handing();
				const { message } = await composer.sendMail(mailOf(parcel, sender));
				if (!Buffer.isBuffer(message)) throw new TypeError('The mail was not composed into memory.');
				// The name is the parcel's, so that a second writing replaces the first.
				await write(fileOf({ id: parcel.id, at: parcel.at }), message);
				for (const old of (await list()).slice(MOST)) await rm(fileOf(old), { force: true });
				return { kind: 'delivered', receipt: 'outbox' };
			},
			close: () => composer.close(),
		},
		list,
		async read(id) {
			const kept = await find(id);
			return kept === undefined ? null : new Uint8Array(await readFile(fileOf(kept)));
		},
		async forget(address) {
			let removed = 0;
			for (const kept of await list()) {
				if (!isTo(await readFile(fileOf(kept), 'latin1'), address)) continue;
				await rm(fileOf(kept), { force: true });
				removed++;
			}
			return removed;
		},
		async remove(id) {
			const kept = await find(id);
			if (kept !== undefined) await rm(fileOf(kept), { force: true });
			return kept !== undefined;
		},
	};
}

/** Whether a mail's head names the address as its reader (RFC 5322 §3.6.3). */
function isTo(mail: string, address: string): boolean {
	const [head = ''] = mail.split('\r\n\r\n', 1);
	const lines = head.replaceAll(/\r\n[ \t]/g, ' ').split('\r\n');
	return lines.some(
		(line) =>
			/^to:/i.test(line) &&
			line
				.toLowerCase()
				.split(/[\s<>,:;]+/)
				.includes(address.toLowerCase()),
	);
}

/** The file appears whole or not at all, and stays through a power cut. */
async function write(file: string, bytes: Uint8Array): Promise<void> {
	const handle = await open(`${file}.part`, 'w', 0o600);
	try {
		await handle.writeFile(bytes);
		await handle.sync();
	} finally {
		await handle.close();
	}
	await rename(`${file}.part`, file);
}
