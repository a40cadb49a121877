import { AuthProblem } from '@mana/ui/session/auth';

interface Asked {
	/** The person has shown that it is them. */
	proven(): void;
	/** They would rather not. */
	decline(): void;
}

let asked = $state.raw<Asked | null>(null);

/** Whether somebody is to show that it is them; `ProofHost` asks. */
export const proof = {
	get asked(): Asked | null {
		return asked;
	},
};

/** The person closed the question: nothing was done, and nothing went wrong. */
export class ProofDeclined extends Error {
	override readonly name = 'ProofDeclined';
}

/**
 * Does something dangerous. When mana-auth wants a fresh proof for it, the person is asked for one and it is done again.
 *
 * @throws ProofDeclined when they close the question; what `work` throws
 */
export async function withProof<T>(work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (error) {
		if (!(error instanceof AuthProblem) || error.code !== 'proof-needed') throw error;
	}
	try {
		await new Promise<void>((proven, reject) => {
			asked = { proven, decline: () => reject(new ProofDeclined()) };
		});
	} finally {
		asked = null;
	}
	return work();
}
