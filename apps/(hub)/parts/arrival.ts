import { AuthProblem, type SecondStep } from '@mana/ui/session/auth';
import { problemWords } from '@mana/ui/session/problem-words';

/** With what somebody came back from a provider; see `core/auth/routes/identity-providers.ts`. */
export type Arrival =
	| { readonly kind: 'in'; readonly next: string }
	| { readonly kind: 'second-step'; readonly secondStep: SecondStep; readonly next: string }
	| { readonly kind: 'linked'; readonly provider: string }
	| { readonly kind: 'problem'; readonly words: string };

/** Reads what mana-auth wrote into the address's fragment; `null`: nobody came back. */
export function arrivalIn(hash: string): Arrival | null {
	const said = new URLSearchParams(hash.replace(/^#/, ''));
	const [problem, ticket, linked] = [said.get('problem'), said.get('ticket'), said.get('linked')];
	const next = said.get('next') ?? '/';
	if (problem !== null) return { kind: 'problem', words: problemWords(new AuthProblem(problem, 403, problem)) };
	if (ticket !== null) return { kind: 'second-step', secondStep: { ticket, expiresAt: said.get('expiresAt') ?? '' }, next };
	if (linked !== null) return { kind: 'linked', provider: linked };
	return said.has('come') ? { kind: 'in', next } : null;
}
