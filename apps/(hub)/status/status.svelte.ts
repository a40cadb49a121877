import { auth, AuthProblem } from '@mana/ui/session/auth';
import { type StatusReport, withoutDetails } from './report.ts';

/**
 * Why nothing new is known:
 * - `offline`: this device has no network.
 * - `unreachable`: it has, and the hub does not answer.
 * - `auth`: mana-auth does not answer, so the hub cannot know who asks.
 * - `over`: the session has ended.
 */
export type Trouble = 'offline' | 'unreachable' | 'auth' | 'over';

const everyMs = 10_000;
const patienceMs = 8_000;
/** A token is renewed so long before it ends. */
const marginMs = 30_000;
const key = 'mana.status';

/** The live map as this device knows it: asked again and again while the page is seen, and the last answer kept for when nobody answers. */
export class LiveStatus {
	report = $state.raw<StatusReport | null>(null);
	trouble = $state<Trouble | null>(null);
	asking = $state(false);
	/** Moves on with each question, so that "2 minutes ago" does. */
	now = $state(Date.now());
	readonly #account: string;
	#token: { readonly token: string; readonly endsAt: number } | null = null;

	constructor(account: string) {
		this.#account = account;
		this.report = kept(account);
	}

	/** Asks until it is stopped. @returns the way to stop it */
	watch(): () => void {
		const seen = (): void => {
			if (document.visibilityState === 'visible') void this.ask();
		};
		void this.ask();
		const timer = setInterval(seen, everyMs);
		document.addEventListener('visibilitychange', seen);
		for (const change of ['online', 'offline']) addEventListener(change, seen);
		return () => {
			clearInterval(timer);
			document.removeEventListener('visibilitychange', seen);
			for (const change of ['online', 'offline']) removeEventListener(change, seen);
		};
	}

	/** Asks now. Never throws: what it does not learn stays as it was, and `trouble` says why. */
	async ask(): Promise<void> {
		if (this.asking) return;
		this.asking = true;
		try {
			const answer = await this.#get(await this.#tokenNow());
			if (typeof answer === 'string') this.trouble = answer;
			else {
				this.report = answer;
				this.trouble = null;
				localStorage.setItem(key, JSON.stringify({ account: this.#account, report: withoutDetails(answer) }));
			}
		} catch (problem) {
			this.trouble = troubleOf(problem);
		} finally {
			this.asking = false;
			this.now = Date.now();
		}
	}

	/** @throws AuthProblem when none can be had */
	async #tokenNow(): Promise<string> {
		if (this.#token && this.#token.endsAt - marginMs > Date.now()) return this.#token.token;
		try {
			const { token, expiresAt } = await auth.token();
			this.#token = { token, endsAt: Date.parse(expiresAt) };
			return token;
		} catch (problem) {
			// The last one may still do while mana-auth is away.
			if (problem instanceof AuthProblem && problem.unreachable && this.#token && this.#token.endsAt > Date.now())
				return this.#token.token;
			throw problem;
		}
	}

	async #get(token: string): Promise<StatusReport | Trouble> {
		const answer = await fetch('/api/mana-web/status', {
			headers: { accept: 'application/json', authorization: `Bearer ${token}` },
			signal: AbortSignal.timeout(patienceMs),
		});
		if (answer.ok) return (await answer.json()) as StatusReport;
		if (answer.status === 401) return 'over';
		return answer.status === 503 ? 'auth' : 'unreachable';
	}
}

function troubleOf(problem: unknown): Trouble {
	if (!navigator.onLine) return 'offline';
	if (!(problem instanceof AuthProblem)) return 'unreachable';
	if (problem.status === 401) return 'over';
	// The hub answered for a mana-auth that did not.
	return problem.status >= 500 ? 'auth' : 'unreachable';
}

function kept(account: string): StatusReport | null {
	const text = localStorage.getItem(key);
	if (text === null) return null;
	const last = JSON.parse(text) as { readonly account?: string; readonly report?: StatusReport };
	return last.account === account && last.report ? last.report : null;
}
