import type { Cell } from '../../cell.ts';
import type { Digest } from '../../frames.ts';
import type * as checkups from './checkup.ts';
import { Checks, type ChecksHost } from './checks.ts';
import type { Environment } from '../environment.ts';
import type { Line } from './line.ts';

/** Cells of a checkpoint, of which the sums are not kept. */
const MANY = 512;

/** After this long without an answer none is expected any more, ms: a server that may not tell by now says nothing. */
export const PATIENCE_MS = 30_000;

interface Asked {
	readonly question: Digest;
	/** What the asker keeps of the space, as a text. */
	readonly part: string;
	readonly answered: (answer: Digest) => void;
	/** When it was asked, or a part of its answer came last; `null`: it waits. */
	askedAt: number | null;
}

interface ComparingParts {
	readonly env: Environment;
	readonly host: ChecksHost;
	readonly line: Line;
	/** What the server answers of on this connection, as a text. */
	part(): string;
	/** Loads what compares digests. */
	readonly checkup: () => Promise<typeof checkups>;
	/** Something waits to be asked, and nothing is open that could carry it now. */
	waiting(): void;
}

/** What one conversation says about digests: its own comparisons, and the questions of other tabs. */
export class Comparing {
	/** The server told that it takes CREDIT and DIGEST. */
	lively = false;
	readonly #parts: ComparingParts;
	readonly #checks: Checks;
	/** Questions of this tab and others. The first one is asked: the server answers one at a time. */
	#questions: Asked[] = [];

	constructor(parts: ComparingParts) {
		this.#parts = parts;
		const ask = (question: Digest) =>
			this.ask(question, JSON.stringify(parts.host.space.scope), (answer) => this.#checks.heard(answer));
		this.#checks = new Checks(parts.env, parts.host, ask, parts.checkup);
	}

	/** Asks the server, after whatever was asked before. Without a connection that knows digests nobody answers. */
	ask(question: Digest, part: string, answered: (answer: Digest) => void): void {
		if (!this.lively) return;
		this.#questions.push({ question, part, answered, askedAt: null });
		this.askNext();
		this.#parts.waiting();
	}

	/** Asks what waits first. */
	askNext(): void {
		const [next] = this.#questions;
		const { line } = this.#parts;
		// A stream that is not greeted yet would carry it in front of HELLO.
		if (!next || next.askedAt !== null || !(line.isOpen || line.over === 'exchange')) return;
		// What is here is becoming another part, and the answer would be of that one: whoever asked asks again.
		if (next.part !== this.#parts.part()) {
			this.#questions.shift();
			return this.askNext();
		}
		next.askedAt = this.#parts.env.elapsed();
		line.send(next.question);
	}

	/** The server answers, perhaps in part. */
	heard(answer: Digest): void {
		const [first] = this.#questions;
		if (!first) return; // nobody waits for it any more
		first.askedAt = this.#parts.env.elapsed();
		first.answered(answer);
		if (answer.more) return;
		this.#questions.shift();
		this.askNext();
	}

	/** The leading tab asked for this one too. */
	answered(answer: Digest): void {
		if (!this.#parts.host.leads) this.#checks.heard(answer);
	}

	/** Runs `merge`, which merges these cells and moves the cursor. */
	around(cells: readonly Cell[], merge: () => void): void {
		// Summing up many would take longer than beginning anew.
		if (cells.length >= MANY) this.disturb();
		this.#checks.around(cells, merge);
	}

	/** What is here is as new as what the server has. */
	caughtUp(): void {
		this.#checks.caughtUp();
	}

	/** Time has passed. */
	tick(): void {
		const { env, host } = this.#parts;
		const { leads, live } = host;
		// Whoever else waits has waited as long, and asks again: a server that is only slow takes no second question meanwhile.
		if (env.elapsed() - (this.#questions[0]?.askedAt ?? Infinity) > PATIENCE_MS) this.#questions = [];
		this.#checks.tick(leads ? this.lively : live);
	}

	/** What is held here is about to be replaced: comparing it makes no sense. */
	disturb(): void {
		this.#checks.drop();
	}

	/** The connection ended: an exchange that is broken off answers nothing. */
	again(): void {
		for (const question of this.#questions) question.askedAt = null;
	}

	/** Nobody is there any more who would answer. */
	drop(): void {
		this.#checks.drop();
		this.lively = false;
		this.#questions = [];
	}
}
