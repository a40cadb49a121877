import type { ArchivedSpace } from '@mana/archive';
import { keepers, openFormatServices } from '../leaving/keepers.ts';

/** A file that records name, as mana-sync lists it. */
interface SourceFile {
	readonly hash: string;
	readonly name: string;
	readonly content: string;
}

export const ownSpace: ArchivedSpace = {
	folder: 'spaces/own',
	id: 's1',
	kind: 'personal',
	name: 'Ada',
	role: 'owner',
	own: true,
};
export const counts = { records: { 'todo/tasks': 1 }, registers: 2, content: '0123456789abcdef' };
export const record = { collection: 'todo/tasks', id: '0'.repeat(26), fields: { title: 'Water the plants' } };

/** All other services at one address, with one space in which there are these files; what they were asked is kept. */
export class TestSources {
	readonly asked: string[] = [];
	files: readonly SourceFile[] = [];
	/** Paths that end so are answered with 503. */
	away: string | null = null;
	/** The path that ends so gets half of its answer, and then nothing for as long as the server lives. */
	stuck: string | null = null;
	#heard = Promise.withResolvers<void>();
	readonly #server = Bun.serve({
		hostname: '127.0.0.1',
		port: 0,
		idleTimeout: 0,
		fetch: (request) => this.#answer(new URL(request.url)),
	});

	get addresses(): Record<string, string> {
		return Object.fromEntries([...keepers, ...openFormatServices].map((service) => [service, this.#server.url.origin]));
	}

	async until(holds: () => boolean): Promise<void> {
		while (!holds()) await this.#heard.promise;
	}

	close(): Promise<void> {
		return this.#server.stop(true);
	}

	#answer({ pathname: path, searchParams }: URL): Response {
		this.asked.push(path);
		this.#heard.resolve();
		this.#heard = Promise.withResolvers();
		if (this.away !== null && path.endsWith(this.away)) return new Response(null, { status: 503 });
		const text = this.#textOf(path, searchParams.get('after') ?? '');
		if (this.stuck !== null && path.endsWith(this.stuck)) return new Response(half(text));
		return new Response(text);
	}

	#textOf(path: string, after: string): string {
		if (path.endsWith('/archive/spaces')) return JSON.stringify({ spaces: [ownSpace] });
		if (path.endsWith('/records')) return lines(record, { counts });
		if (path.endsWith('/files'))
			return lines(
				...this.files
					.filter(({ hash }) => hash > after)
					.map(({ hash, name, content }) => ({ hash, name, size: content.length, type: 'text/plain', here: true })),
			);
		if (path.includes('/files/')) return this.files.find(({ hash }) => path.endsWith(hash))?.content ?? '';
		if (path.endsWith('/open-formats'))
			return lines({ file: 'Home.ics', text: 'BEGIN:' }, { file: 'Home.ics', text: 'VCALENDAR' });
		if (path.endsWith('/export')) return lines({ table: 'message', row: { id: 'm1' } });
		return JSON.stringify({ id: 'm1' });
	}
}

function lines(...all: readonly object[]): string {
	return all.map((one) => `${JSON.stringify(one)}\n`).join('');
}

function half(text: string): ReadableStream<Uint8Array> {
	return new ReadableStream({
		start: (controller) => controller.enqueue(new TextEncoder().encode(text.slice(0, text.length / 2))),
	});
}
