import { expect } from 'bun:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Problem, serviceIdentity } from '@mana/service';
import { decodeJwt } from 'jose';
import { TestClock, testOwner } from './testing.ts';

/** A letter as mana-notify gets it. */
export interface Sent {
	readonly topic: string;
	readonly to: { readonly address: string; readonly language: string; readonly person?: string };
	readonly data: { readonly name?: string; readonly link: string; readonly until: number; readonly address?: string };
	readonly key: string;
}

/** Stands where mana-notify is called: takes letters of mana-auth only, or is away. */
export class Mailbox {
	away = false;
	home = '';
	clock = new TestClock();
	readonly #sent: Sent[] = [];
	#arrived = Promise.withResolvers<void>();
	readonly #server = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: (request) => this.#take(request) });

	get url(): string {
		return this.#server.url.origin;
	}

	/** The next letter of this kind, in whatever order they come. */
	async next(topic: string, address: string = testOwner.email): Promise<Sent> {
		for (;;) {
			const at = this.#sent.findIndex((one) => one.topic === topic && one.to.address === address);
			const [letter] = at < 0 ? [] : this.#sent.splice(at, 1);
			if (letter) return letter;
			await this.#arrived.promise;
		}
	}

	/** The next message to a person of this Mana. */
	async nextTo(person: string): Promise<Sent> {
		for (;;) {
			const at = this.#sent.findIndex((one) => one.to.person === person);
			const [message] = at < 0 ? [] : this.#sent.splice(at, 1);
			if (message) return message;
			await this.#arrived.promise;
		}
	}

	/** Whether such a letter is here that nobody has taken. */
	has(topic: string, address: string): boolean {
		return this.#sent.some((one) => one.topic === topic && one.to.address === address);
	}

	get waiting(): number {
		return this.#sent.length;
	}

	close(): Promise<void> {
		return this.#server.stop(true);
	}

	async #take(request: Request): Promise<Response> {
		// Something else on this machine that looks who is here.
		if (new URL(request.url).pathname !== '/v1/send') return new Response(null, { status: 404 });
		if (this.away) return new Problem({ code: 'unavailable', status: 503, detail: 'Away.' }).response('test-request');
		const secret = readFileSync(join(this.home, 'secrets', 'instance'), 'utf8').trim();
		const token = request.headers.get('authorization')?.replace('Bearer ', '') ?? '';
		// The clock of the test may have moved on while this was under way.
		const sentAt = { now: () => (decodeJwt(token).iat ?? 0) * 1000 };
		expect(await serviceIdentity(() => secret, 'mana-notify', sentAt).verify(token)).toBe('mana-auth');
		this.#sent.push((await request.json()) as Sent);
		this.#arrived.resolve();
		this.#arrived = Promise.withResolvers();
		return Response.json({ id: 'x' });
	}
}
