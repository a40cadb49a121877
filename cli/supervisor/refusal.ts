/** Mana cannot start as asked; the message says why and what to do. */
export class Refusal extends Error {
	override readonly name = 'Refusal';
}
