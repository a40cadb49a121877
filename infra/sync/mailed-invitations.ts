import { type Notifier, Problem, problem } from '@mana/service';
import { type RateLimit, rateLimit } from '@mana/service/rate-limit';

/** Mails that one person may have sent: at once, and how long until one more, in ms. They go to people who did not ask for them. */
const MAILS = { burst: 20, refillMs: 30 * 60_000 } as const;

/** An invitation that goes out by mail. */
export interface MailedInvitation {
	readonly id: string;
	/** What who invites is called. */
	readonly inviter: string;
	/** What the space is called. */
	readonly place: string;
	readonly link: string;
	/** ms since 1970 */
	readonly until: number;
	readonly to: { readonly address: string; readonly language: string };
}

/** Hands invitations to mana-notify. */
export class MailedInvitations {
	readonly #notifier: Notifier;
	readonly #limit: RateLimit;

	constructor(notifier: Notifier, clock: { now(): number }) {
		this.#notifier = notifier;
		this.#limit = rateLimit({ ...MAILS, clock });
	}

	/** Whether this person may send one more; counts it. @throws Problem 429 */
	take(person: string): void {
		const waitMs = this.#limit.take(person);
		if (waitMs > 0)
			throw problem(429, 'too-many-mails', 'You sent many invitations by mail. Make a link instead, or wait a while.', {
				retryAfterMs: waitMs,
			});
	}

	/**
	 * Sends an invitation. It is lost in no crash once this resolves.
	 *
	 * @throws Problem 503 `mail-unavailable`: mana-notify is away; 422: it takes no such address
	 */
	async send({ id, inviter, place, link, until, to }: MailedInvitation): Promise<void> {
		try {
			await this.#notifier.send({
				topic: 'invitation',
				to,
				data: { inviter, place, link, until },
				key: `space-invitation ${id}`,
			});
		} catch (error) {
			if (error instanceof Problem && error.status < 500) throw error;
			throw problem(503, 'mail-unavailable', 'The mail could not be handed over, and nobody was invited. Make a link instead.', {
				cause: error,
			});
		}
	}
}
