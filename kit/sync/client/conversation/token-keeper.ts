import type { Environment } from '../environment.ts';
import type { Token, TokenSource } from '../link.ts';

/** What a token that came without enough time left is taken to have, and the most that one is trusted for, ms. */
const LEAST_MS = 30_000;
const MOST_MS = 600_000;
/** Until a renewal that failed is tried again, ms. */
const AGAIN_MS = 10_000;

/** The token of one conversation, by the time that it has left: our own clock may be years off. */
export class TokenKeeper {
	readonly #env: Environment;
	readonly #source: TokenSource;
	#token: { readonly text: string; readonly renewAt: number; readonly goodUntil: number } | null = null;
	#renewing = false;

	constructor(env: Environment, source: TokenSource) {
		this.#env = env;
		this.#source = source;
	}

	/** The one that is in use; `null` while there is none. */
	get current(): string | null {
		return this.#token?.text ?? null;
	}

	/** The same, if a connection can be begun with it. */
	get good(): string | null {
		return this.#token && this.#env.elapsed() < this.#token.goodUntil ? this.#token.text : null;
	}

	/** Whether it is time for another one. */
	get isOld(): boolean {
		return this.#token !== null && !this.#renewing && this.#env.elapsed() > this.#token.renewAt;
	}

	/** Asks for one; `keep` puts it into use. */
	fetch(): Promise<Token> {
		return this.#source();
	}

	/** Fetches another one while this one is in use. */
	async renew(): Promise<string> {
		this.#renewing = true;
		try {
			return this.keep(await this.#source());
		} catch (error) {
			if (this.#token) this.#token = { ...this.#token, renewAt: this.#env.elapsed() + AGAIN_MS };
			throw error;
		} finally {
			this.#renewing = false;
		}
	}

	forget(): void {
		this.#token = null;
	}

	/** Uses a token from now on. */
	keep({ token, expiresAt }: Token): string {
		const now = this.#env.elapsed();
		const left = Math.min(Math.max(expiresAt - this.#env.now(), LEAST_MS), MOST_MS);
		this.#token = { text: token, renewAt: now + left * 0.8, goodUntil: now + left * 0.9 };
		return token;
	}
}
